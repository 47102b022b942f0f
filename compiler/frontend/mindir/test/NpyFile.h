//===- NpyFile.h - reads the recorded arrays of a fixture ---------------------------------------------------------===//
#pragma once
#include "compiler/graph/Interpreter.h"
#include "mlir/IR/MLIRContext.h"
#include <string>
#include <vector>

namespace wasmind::mindir::test {

/// test/data/mindir of the sources, which the environment variable WASMIND_SOURCE names (CTest sets it).
std::string dataFolder();

/// The arrays of a .npz as numpy.savez writes it (members stored, in order): <prefix>0, <prefix>1, ... Throws nothing;
/// an empty result means that the file cannot be read.
std::vector<graph::HostTensor> readNpz(mlir::MLIRContext &context, const std::string &path, const std::string &prefix);

} // namespace wasmind::mindir::test
