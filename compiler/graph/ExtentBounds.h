//===- ExtentBounds.h - the three ways by which Bounds.cpp bounds an expression -----------------------------------===//
//
// Each is sound: never narrower than what the expression can be. A bound of -unknownBound or unknownBound is none.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Dimensions.h"

namespace wasmind::graph {

inline constexpr int64_t unknownBound = int64_t(1) << 60;

struct Bounds {
  Interval range;
  bool isExact = false; ///< both ends are values of the expression
};

/// By interval arithmetic, and by whatever else makes them narrower; facts are not used.
Interval boundsInBox(mlir::AffineExpr e, const Dims &dims);

/// By interval arithmetic over the tree, in which no two parts know of each other.
Bounds boundsOfTree(mlir::AffineExpr e, const Dims &dims);

/// By the slopes of the normal form: a variable in which it only rises, or only falls, stands at an end of its range.
Interval monotoneBounds(mlir::AffineExpr e, const Dims &dims);

/// By integer programming, where every fact is at least zero; `outer` are bounds known before. None when no values of
/// the dimensions satisfy the facts, or the expression has too many parts. Facts with too many parts are left out.
std::optional<Interval> polyhedralBounds(mlir::AffineExpr e, llvm::ArrayRef<mlir::AffineExpr> facts, const Dims &dims,
                                         Interval outer);

} // namespace wasmind::graph
