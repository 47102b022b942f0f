//===- Source.h - what is compiled --------------------------------------------------------------------------------===//
#pragma once
#include "compiler/Compile.h"
#include "compiler/frontend/Import.h"
#include "llvm/ADT/ArrayRef.h"

namespace wasmind {

/// A graph, and what else its source says.
struct Import : frontend::Imported {
  std::string format; ///< "onnx", "mindir", "te"
};

/// A model file, or tensor expressions. It must outlive the contexts into which it is imported: constants of a graph
/// point into it.
class Source {
public:
  explicit Source(std::string path) : path(std::move(path)) {}
  Source(std::string name, llvm::ArrayRef<te::Tensor> inputs, llvm::ArrayRef<te::Tensor> outputs)
      : path(std::move(name)), inputs(inputs), outputs(outputs) {}

  /// The graph, with its state marked. `defaultMax` bounds the extents that nobody bounds. Errors name the file and the
  /// node; a frontend::TooLarge may succeed with a smaller `defaultMax`.
  llvm::Expected<Import> import(mlir::MLIRContext &context, const CompileOptions &options,
                                int64_t defaultMax = frontend::defaultOtherMax);

  /// The file's name without its folder, as errors and signatures have it.
  std::string name() const;
  /// The error with the name before it; success stays success.
  llvm::Error named(llvm::Error error) const;

private:
  std::string path; ///< of expressions: their name
  llvm::ArrayRef<te::Tensor> inputs, outputs;
  std::vector<std::shared_ptr<void>> keepAlive;

  llvm::Expected<Import> trace(mlir::MLIRContext &context, const frontend::ImportOptions &options) const;
  llvm::Expected<Import> read(mlir::MLIRContext &context, const frontend::ImportOptions &options);
  llvm::Error checkInputShapes(mlir::ModuleOp graph) const;
};

} // namespace wasmind
