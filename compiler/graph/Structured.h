//===- Structured.h - what users of the StructuredOp interface need beside it -------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"

namespace wasmind::graph {

/// The operation that joins two values of a reduction of this kind.
BinaryKind combinerOf(ReduceKind kind);

/// One more than the highest symbol used: the symbol count of an affine map with these results.
unsigned symbolCountOf(llvm::ArrayRef<mlir::AffineExpr> expressions);

} // namespace wasmind::graph
