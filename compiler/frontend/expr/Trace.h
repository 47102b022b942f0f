//===- Trace.h - tensor expressions to a graph module ------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/Import.h"
#include "compiler/frontend/expr/Expression.h"

namespace wasmind::te {

/// The computation from `inputs` (placeholders) to `outputs` as a function `run` of graph operations
/// (compiler/graph/GraphOps.td). Arguments and results have the tensors' names, in the given order; the module's named
/// dimensions are `vars` and then the vars in order of their first use in the inputs' shapes, with the bounds of
/// `options`, else 0..2^31-1; min == max fixes one. A var that is not among `vars` must be the extent of an input.
///
/// A formula becomes graph.compute operations: one for the elements, one for each reduction inside it. Elements that
/// are read outside a tensor, in a branch that a condition rules out, are read from a graph.pad of it; indices that are
/// no affine expressions become graph.gather.
///
/// Errors are one line: `tensor 'c': <reason>`. Nothing is printed. `context` gets the graph and func dialects loaded;
/// one trace at a time per context.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> trace(mlir::MLIRContext &context, llvm::ArrayRef<Tensor> inputs,
                                                        llvm::ArrayRef<Tensor> outputs,
                                                        const frontend::ImportOptions &options = {},
                                                        llvm::ArrayRef<Var> vars = {});

} // namespace wasmind::te
