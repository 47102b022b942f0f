//===- MindIR.h - MindSpore MindIR models to graph modules --------------------------------------------------------===//
//
// Reads what `mindspore.export(net, *inputs, file_name, file_format="MINDIR")` writes, MindSpore 1.1 to 2.10, and the
// fused kernels (.info) that MindSpore's graph-kernel fusion writes to akg_kernel_meta.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/Import.h"
#include "llvm/Support/Error.h"

namespace wasmind::mindir {

/// Reads and imports the model at `path` to a function `run` of graph operations (compiler/graph/GraphOps.td).
///
/// Arguments are named like the network's inputs; results are out0, out1, ..., nested tuples flattened in order. The
/// file names no extents: one that it leaves open is called `<input>.<axis>`.
///
/// Errors are one line: `<file>: node '<scope>' (<primitive>): <reason>`, or `<file>: <reason>`. Nothing is printed.
/// `context` gets the graph and func dialects loaded; one import at a time per context.
llvm::Expected<frontend::Imported> importMindIR(mlir::MLIRContext &context, llvm::StringRef path,
                                                const frontend::ImportOptions &options = {});

/// The same for a model in memory, whose bytes are copied; `name` stands for the file in errors, `folder` holds
/// external weights ("" = none allowed).
llvm::Expected<frontend::Imported> importMindIRBytes(mlir::MLIRContext &context, llvm::StringRef bytes,
                                                     llvm::StringRef name, llvm::StringRef folder,
                                                     const frontend::ImportOptions &options = {});

/// Names of the primitives that can be imported, sorted; without those of control flow.
llvm::ArrayRef<llvm::StringLiteral> supportedPrimitives();

} // namespace wasmind::mindir
