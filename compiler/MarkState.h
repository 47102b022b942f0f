//===- MarkState.h - which inputs of a graph are fed from its outputs ---------------------------------------------===//
//
// On @run of a graph module, whatever front end made it:
//
//   graph.state = N       of an argument: result N is its value in the next run
//   graph.initial         of such an argument: its elements before the first run, where they are not zeros; their shape
//                         says what the dimensions that the state keeps are then, which else are 0 (graph/State.h)
//   graph.hidden          of a result: hosts do not see it
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/Compile.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

namespace wasmind {

/// Marks the pairs of `options.state`. An error names the pair: an input or output that does not exist, an input that
/// is fed twice, another element type or rank, an extent that is neither fixed nor a dimension that may grow, an
/// initial value of another type. That a run leaves the kept dimensions within their bounds becomes a requirement.
/// `defaults` are the elements of inputs that have a default value, which a state starts with unless `options` say
/// otherwise.
llvm::Error markState(mlir::ModuleOp graph, const CompileOptions &options,
                      const llvm::StringMap<llvm::ArrayRef<char>> &defaults = {});

} // namespace wasmind
