//===- ShapeValues.h - run-time shape arithmetic as expressions over the named dimensions -------------------------===//
#pragma once
#include "compiler/graph/Constants.h"

namespace wasmind::graph {

/// As `shapeValue` (Constants.h), but of any rank, row-major, and also of floats that are provably integers.
std::optional<llvm::SmallVector<mlir::AffineExpr>> shapeElements(mlir::Value value);

/// The elements of a small bool tensor that follow from the bounds of the named dimensions.
std::optional<llvm::SmallVector<bool>> truthValue(mlir::Value value);

} // namespace wasmind::graph
