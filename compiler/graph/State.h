//===- State.h - extents that a graph's state keeps from run to run -----------------------------------------------===//
//
// The attributes of state stand in compiler/MarkState.h. A dimension that is an extent of a state is kept: it has its
// initial value before the first run, and each run leaves it at the extent of the state's next value.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Dimensions.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace wasmind::graph {

/// Of an entry's argument that is a state: the number of the result that is its next value, and its first value.
constexpr llvm::StringLiteral stateAttribute = "graph.state", initialAttribute = "graph.initial";

struct KeptDim {
  unsigned symbol = 0;   ///< of the dimension
  int64_t initial = 0;   ///< the extent of the initial value, 0 where there is none
  mlir::AffineExpr next; ///< of the dimensions as they are during the run
};

/// The kept dimensions of an entry in the order of its states. All states of a verified graph agree on them.
llvm::SmallVector<KeptDim> getKeptDims(mlir::func::FuncOp entry);

} // namespace wasmind::graph
