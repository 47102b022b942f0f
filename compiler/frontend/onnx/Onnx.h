//===- Onnx.h - ONNX models to graph modules ----------------------------------------------------------------------===//
//
// Reads a model (.onnx, or ONNX's text format in .onnxtxt), gives every run-time extent a name and bounds, and composes
// graph primitives for its nodes. Sources: the ONNX IR and operator specifications, version 1.23 (opset 28).
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/Import.h"
#include "llvm/Support/Error.h"

namespace wasmind::onnx {

/// Reads and imports the model at `path` (to a function `run`, see compiler/graph/GraphOps.td).
///
/// Bounds that `options` leaves open are tightened where an operator needs it. An input of `options.constants` is no
/// input of the module, whether or not the model has a default value for it.
///
/// Errors are one line: `<file>: node '<name>' (<operator>, opset <n>): <reason>`, or `<file>: <reason>`. Nothing is
/// printed. `context` needs the graph and func dialects; they are loaded here.
llvm::Expected<frontend::Imported> importOnnx(mlir::MLIRContext &context, llvm::StringRef path,
                                              const frontend::ImportOptions &options = {});

/// The same for a model in memory; `name` stands for the file in errors, `directory` holds external data ("" = none
/// allowed), `isText` tells the format.
llvm::Expected<frontend::Imported> importOnnxBytes(mlir::MLIRContext &context, llvm::StringRef bytes,
                                                   llvm::StringRef name, llvm::StringRef directory, bool isText,
                                                   const frontend::ImportOptions &options = {});

/// Names of the operators that have a converter of their own, as "Conv" or "ai.onnx.ml.Scaler", sorted.
std::vector<std::string> supportedOperators();

} // namespace wasmind::onnx
