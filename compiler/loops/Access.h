//===- Access.h - which elements an element is computed from ------------------------------------------------------===//
//
// Indices are affine expressions over index variables d0, d1, ... and the named dimensions s0, s1, ... What stands here
// answers questions about the graph; no code is built for it.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"

namespace wasmind::loops {

using Indices = llvm::SmallVector<mlir::AffineExpr>;

/// One element access of a value in memory.
struct Access {
  mlir::Value value;
  mlir::AffineExpr flat; ///< element offset
};

/// The element type of a tensor.
mlir::Type elementOf(mlir::Value tensor);

/// Indices in d0, d1, ... with `dims` in their place.
Indices substituted(llvm::ArrayRef<mlir::AffineExpr> indices, llvm::ArrayRef<mlir::AffineExpr> dims);

/// The flat row-major element offset of `indices` in a tensor.
mlir::AffineExpr flatOffset(mlir::Type tensor, llvm::ArrayRef<mlir::AffineExpr> indices);
/// d flat / d variable, when flat is linear in it and the coefficient has no other variable in it.
std::optional<mlir::AffineExpr> coefficientOf(mlir::AffineExpr flat, unsigned variable);
/// Whether `flat`, in d<dim> for each dimension, steps over the dimensions `dims` (outermost first) as over one.
bool stepsAsOne(mlir::AffineExpr flat, llvm::ArrayRef<mlir::AffineExpr> extents, llvm::ArrayRef<int64_t> dims);

/// The extents that are not 1.
Indices withoutUnits(llvm::ArrayRef<mlir::AffineExpr> extents);
/// The indices of a reshape's result, which merges neighbouring dimensions, for those of its operand; none where it
/// does more.
std::optional<Indices> mergedIndices(graph::ReshapeOp reshape, llvm::ArrayRef<mlir::AffineExpr> indices);

/// Whether memory at `flat` is walked over as the rows and columns of the result of a contraction or convolution.
bool stepsAsMatrix(mlir::Operation *anchor, mlir::AffineExpr flat);

/// Indices d<first>, d<first + 1>, ... for the dimensions of a tensor; 0 where the extent is 1.
Indices identityIndices(mlir::Type tensor, unsigned first = 0);
/// The row form of a reduction: the extents before the last reduced dimension, units dropped. None when the reduced
/// dimensions are not exactly the last one (units aside).
std::optional<Indices> rowDomain(graph::ReduceOp reduce);

/// Where an operation that maps indices (elementwise, transpose, slice, unit reshape, ...) reads operand `operand`.
/// None for operations that are not of that kind.
std::optional<Indices> operandIndices(mlir::Operation *op, unsigned operand, llvm::ArrayRef<mlir::AffineExpr> indices);
/// Whether an element of the result is a function of the operands' elements of the same indices.
bool isElementwise(mlir::Operation *op);
/// Whether elements of the operation's result can be computed one by one from its operands.
bool isPointwise(mlir::Operation *op);
/// Whether a reshape only inserts and removes dimensions of extent 1.
bool isUnitReshape(mlir::Operation *op);

/// Calls `read(value, indices)` for each element that the element of `value` at `indices` is computed from: of values
/// that `isRead` says lie somewhere, and of iotas, whose index must stay one of its own. Constants and extents are not
/// read. False when an index is not affine (gather).
bool walkReads(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> indices,
               llvm::function_ref<bool(mlir::Value)> isRead,
               llvm::function_ref<void(mlir::Value, llvm::ArrayRef<mlir::AffineExpr>)> read);

} // namespace wasmind::loops
