//===- ShapeValues.h - run-time shape arithmetic as expressions over the named dimensions -------------------------===//
#pragma once
#include "compiler/graph/Constants.h"

namespace wasmind::graph {

/// As `shapeValue` (Constants.h), but of any rank, row-major, and also of floats that are provably integers.
std::optional<llvm::SmallVector<mlir::AffineExpr>> shapeElements(mlir::Value value);

/// The elements of a small bool tensor that follow from the bounds of the named dimensions.
std::optional<llvm::SmallVector<bool>> truthValue(mlir::Value value);

/// Between which numbers the elements of an integer tensor lie, as far as its producers say; wide where they do not.
Interval valueBounds(mlir::Value value);

} // namespace wasmind::graph
