//===- CompileReport.h - what `wasmind compile` tells of the modules it wrote -------------------------------------===//
#pragma once
#include "compiler/Compile.h"

namespace wasmind::tools {

/// A module, alone or one of several builds.
struct CompileReport {
  std::string path, weightsPath; ///< the latter only of builds with weights
  std::string variant;           ///< empty of a module alone
  uint64_t codeBytes = 0, weightBytes = 0, memoryBytes = 0;
};

/// Of all modules of a compilation to `output`.
std::vector<CompileReport> reportsOf(const CompileResult &result, const std::string &output);

/// To standard output: a line for each module.
void printText(const std::vector<CompileReport> &reports);
/// The same, the notes and the times as JSON.
void printJson(const std::vector<CompileReport> &reports, const CompileResult &result);

} // namespace wasmind::tools
