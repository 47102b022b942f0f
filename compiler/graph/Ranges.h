//===- Ranges.h - what indices can be ----------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Dimensions.h"

namespace wasmind::graph {

/// Whether all coefficients are below 2^31, so that products and sums of a few such expressions fit 64 bits.
bool hasSmallCoefficients(mlir::AffineExpr e);

/// Whether all that is divided in `e` is never negative: kernels divide without sign.
bool dividesWholes(mlir::AffineExpr e, const Dims &dims);

/// What must not be negative where elements of a dimension of extent `extent` are taken by indices: an index outside is
/// brought to the last element, so there must be one wherever any of `taken` are. None where that is proven.
std::optional<mlir::AffineExpr> conditionOfTaking(mlir::AffineExpr extent, llvm::ArrayRef<mlir::AffineExpr> taken,
                                                  const Dims &dims);

/// Bounds of integer expressions over axes (dims d0, d1, ..., each 0 <= d < its extent) and vars (symbols, within the
/// bounds of the module's named dimensions). Sound, not complete: what is not proved may still be true.
class Ranges {
public:
  Ranges(llvm::ArrayRef<mlir::AffineExpr> extents, const Dims &dims) : extents(extents), dims(dims) {}

  /// Whether `e` is never negative where all `facts` are not, at any point there is.
  bool isNonNegative(mlir::AffineExpr e, llvm::ArrayRef<mlir::AffineExpr> facts = {}) const;
  /// The bound of `e` over all values of the axes, as an expression over vars; none when it is not known.
  std::optional<mlir::AffineExpr> lowest(mlir::AffineExpr e) const;
  std::optional<mlir::AffineExpr> highest(mlir::AffineExpr e) const;

private:
  llvm::ArrayRef<mlir::AffineExpr> extents;
  const Dims &dims;

  /// How c * (x floordiv c) is bounded: as a part of x, which keeps what x shares with other terms, or by the bounds of
  /// x.
  enum class Divisions { AsParts, ByBounds };
  std::optional<mlir::AffineExpr> withoutDivisions(mlir::AffineExpr e, Divisions divisions) const;
  std::optional<mlir::AffineExpr> lowest(mlir::AffineExpr e, Divisions divisions) const;
  bool proves(std::optional<mlir::AffineExpr> low) const;
  bool proves(mlir::AffineExpr e) const;
};

} // namespace wasmind::graph
