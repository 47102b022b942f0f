//===- Onnx.h - ONNX models to graph modules ----------------------------------------------------------------------===//
//
// Reads a model (.onnx, or ONNX's text format in .onnxtxt), gives every run-time extent a name and bounds, and composes
// graph primitives for its nodes. Sources: the ONNX IR and operator specifications, version 1.23 (opset 28).
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace wasmind::onnx {

/// min <= extent <= max; min = max fixes the extent.
struct DimBounds {
  int64_t min = 1, max = 1;
};

struct ImportOptions {
  /// Bounds by dimension name: the model's own name of it, or `<input>.<axis>` where it has none. Dimensions that are
  /// not listed get 1..8 on a leading axis and 1..640 on others, tightened where an operator bounds them.
  /// The name of an input of one integer fixes that input's value; it then is no input of the module.
  llvm::StringMap<DimBounds> dims;
};

struct Imported {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// Owns the bytes that constants of `module` point into; must be released after the MLIRContext.
  std::shared_ptr<void> keepAlive;
  /// Choices made for the user, one printable line each.
  std::vector<std::string> notes;
};

/// Reads and imports the model at `path` (to a function `run`, see compiler/graph/GraphOps.td).
///
/// Errors are one line: `<file>: node '<name>' (<operator>, opset <n>): <reason>`, or `<file>: <reason>`. Nothing is
/// printed. `context` needs the graph and func dialects; they are loaded here.
llvm::Expected<Imported> importOnnx(mlir::MLIRContext &context, llvm::StringRef path,
                                    const ImportOptions &options = {});

/// The same for a model in memory; `name` stands for the file in errors, `directory` holds external data ("" = none
/// allowed), `isText` tells the format.
llvm::Expected<Imported> importOnnxBytes(mlir::MLIRContext &context, llvm::StringRef bytes, llvm::StringRef name,
                                         llvm::StringRef directory, bool isText, const ImportOptions &options = {});

/// Names of the operators that have a converter of their own, as "Conv" or "ai.onnx.ml.Scaler", sorted.
std::vector<std::string> supportedOperators();

} // namespace wasmind::onnx
