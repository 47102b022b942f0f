//===- Sums.h - given dimensions that are required to be sums of others -------------------------------------------===//
#pragma once
#include "compiler/graph/State.h"

namespace wasmind::graph {

/// By dimension: what a requirement at entry says it equals, where that is a sum of multiples of other given dimensions
/// and a number that is not negative; null of all others. No sum mentions a dimension that has one, and none is of a
/// dimension that the module keeps.
llvm::SmallVector<mlir::AffineExpr> getRequiredSums(mlir::func::FuncOp run);

} // namespace wasmind::graph
