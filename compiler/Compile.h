//===- Compile.h - model file to .wasm ----------------------------------------------------------------------------===//
//
// The compiler as a library. No LLVM type appears here.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace wasmind {

/// Where to stop, and what to write there.
enum class Stage { Frontend, Graph, Loops, Module };
enum class Emit { Wasm, Mlir, Llvm, Object };

struct CompileOptions {
  /// Bounds by dimension name; min == max fixes it.
  struct Bounds {
    int64_t min = 0, max = 0;
  };
  std::map<std::string, Bounds> dims;
  bool relaxedSimd = false;
  std::string engineHint = "v8"; ///< v8, cranelift or any
  bool externalWeights = false;  ///< weights go to OUTPUT with .weights instead of .wasm
  int optLevel = 2;
  Stage stopAfter = Stage::Module;
  Emit emit = Emit::Wasm; ///< what is written; before Stage::Module always MLIR
  uint64_t memoryLimit = uint64_t(1) << 30;
  /// Called as work goes on, with the name of the stage that begins.
  std::function<void(const std::string &stage)> progress;
};

struct StageTime {
  std::string name;
  double milliseconds = 0;
};

struct CompileResult {
  std::string error;              ///< empty on success: one line that names the file, the node and the fix
  std::vector<std::string> notes; ///< choices made for the user
  std::vector<StageTime> times;
  uint64_t codeBytes = 0, weightBytes = 0, memoryBytes = 0;
};

/// Compiles the model at `input` (.onnx, .onnxtxt, .mindir by content and name) to `output`, which is written whole or
/// not at all ("-" is standard output, for text). Thread-safe; calls do not share state.
CompileResult compile(const std::string &input, const std::string &output, const CompileOptions &options);

} // namespace wasmind
