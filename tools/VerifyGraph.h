//===- VerifyGraph.h - a compiled module against the graph it was made from ---------------------------------------===//
#pragma once
#include "compiler/Compile.h"
#include <string>

namespace wasmind::tools {

/// Runs `module` on random inputs on wasmtime, lets the graph interpreter compute `model` on the same ones, prints how
/// far they are apart, and gives Fine or ResultDiffers. Named extents are at their upper bounds in one round and half
/// way up in another. The front end stands ahead of both sides and is not checked. Throws Refusal.
int verifyGraph(const std::string &model, const std::string &module, const CompileOptions &options, double tolerance);

} // namespace wasmind::tools
