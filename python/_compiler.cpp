//===- _compiler.cpp - the compiler for Python --------------------------------------------------------------------===//
//
// Conversion between Python and compiler/Compile.h, nothing else. A module of its own, so that running a model loads no
// LLVM. The interpreter lock is free while a model is compiled.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/Compile.h"
#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace nb::literals;

NB_MODULE(_compiler, m) {
  nb::class_<wasmind::CompileResult>(m, "CompileResult")
      .def_ro("error", &wasmind::CompileResult::error)
      .def_ro("notes", &wasmind::CompileResult::notes)
      .def_ro("code_bytes", &wasmind::CompileResult::codeBytes)
      .def_ro("weight_bytes", &wasmind::CompileResult::weightBytes)
      .def_ro("memory_bytes", &wasmind::CompileResult::memoryBytes)
      .def_prop_ro("stage_ms", [](const wasmind::CompileResult &result) {
        nb::dict times;
        for (const wasmind::StageTime &time : result.times)
          times[time.name.c_str()] = time.milliseconds;
        return times;
      });

  m.def(
      "compile",
      [](const std::string &input, const std::string &output,
         const std::map<std::string, std::pair<int64_t, int64_t>> &dims, bool isRelaxedSimd,
         const std::string &engineHint, bool hasExternalWeights, int optLevel, uint64_t memoryLimit) {
        wasmind::CompileOptions options;
        for (const auto &[name, bounds] : dims)
          options.dims[name] = {bounds.first, bounds.second};
        options.relaxedSimd = isRelaxedSimd;
        options.engineHint = engineHint;
        options.externalWeights = hasExternalWeights;
        options.optLevel = optLevel;
        options.memoryLimit = memoryLimit;
        nb::gil_scoped_release release;
        return wasmind::compile(input, output, options);
      },
      "input"_a, "output"_a, "dims"_a, "relaxed_simd"_a, "engine_hint"_a, "external_weights"_a, "opt_level"_a,
      "memory_limit"_a);
}
