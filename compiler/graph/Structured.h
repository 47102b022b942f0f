//===- Structured.h - what users of the StructuredOp interface need beside it -------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"

namespace wasmind::graph {

/// The element type of a contraction's or convolution's result, for those of its operands; none where these are not
/// multiplied with each other.
std::optional<mlir::Type> productElement(mlir::Type lhs, mlir::Type rhs);

/// The operation that joins two values of a reduction of this kind.
BinaryKind combinerOf(ReduceKind kind);

/// One more than the highest symbol used: the symbol count of an affine map with these results.
unsigned symbolCountOf(llvm::ArrayRef<mlir::AffineExpr> expressions);

/// Whether every index of the operation lies inside its operand at all points of the domain, for all values of the
/// named dimensions; an error at the operation where that is not proved. What convolve and window find outside is
/// absent.
mlir::LogicalResult verifyReads(StructuredOp op);
/// Whether no extent of the results can be negative; an error at the operation where that is not proved. For extents of
/// unbounded dimensions the caller of the operator answers.
mlir::LogicalResult verifyExtents(mlir::Operation *op);

} // namespace wasmind::graph
