//===- ExtentPolyhedron.h - expressions over extents as linear forms over integer variables -----------------------===//
#pragma once
#include "compiler/graph/ExtentBounds.h"
#include "llvm/ADT/DynamicAPInt.h"
#include <vector>

namespace wasmind::graph {

/// The constant, then a coefficient per variable; the last is not zero, so that equal forms compare equal.
using Linear = llvm::SmallVector<llvm::DynamicAPInt, 8>;

inline bool isConstant(const Linear &form) { return form.size() == 1; }
inline Linear constant(const llvm::DynamicAPInt &value) { return {value}; }
void trim(Linear &form);
void addTo(Linear &sum, const Linear &other, const llvm::DynamicAPInt &scale);

struct Range {
  llvm::DynamicAPInt min, max;
  bool isSingle() const { return min == max; }
};
Range intersect(const Range &a, const Range &b);
Range product(const Range &a, const Range &b);

/// What holds between the parts of some expressions.
///
///   a dimension         min <= n <= max
///   x floordiv d        q, with 0 <= x - d*q <= d - 1
///   a product x*y       a variable of its own
///
/// x ceildiv d and x mod d are written by means of the quotient.
class ExtentPolyhedron {
public:
  struct Variable {
    Range range;
    mlir::AffineExpr dimension = {};          ///< a dimension, or
    Linear dividend = {}, divisor = {};       ///< the quotient of these, or
    llvm::SmallVector<unsigned> factors = {}; ///< the product of these, ascending; each is a dimension or a quotient
    unsigned head = 0;                        ///< the product of all factors but the last
    bool isProduct() const { return !factors.empty(); }
  };

  explicit ExtentPolyhedron(const Dims &dims) : dims(dims) {}

  /// The expression over `variables`; none, and nothing is added, when it has too many parts.
  std::optional<Linear> read(mlir::AffineExpr e);

  std::vector<Variable> variables; ///< a part stands before what it is part of
  std::vector<Linear> rows;        ///< each at least zero

private:
  using Factors = llvm::SmallVector<unsigned>;

  const Dims &dims;
  bool isTooLarge = false;

  Linear add(Variable variable);
  Linear single(unsigned index) const;
  Range rangeOf(const Linear &form) const;
  Range rangeOf(const Linear &form, mlir::AffineExpr e) const;
  Linear readPart(mlir::AffineExpr e);
  Linear readDimension(mlir::AffineExpr e);
  Linear divide(Linear x, const Linear &y, mlir::AffineBinaryOpExpr e);
  Linear newQuotient(const Linear &x, const Linear &y, const Range &range, const Linear &whole);
  Linear multiply(const Linear &a, const Linear &b);
  Linear monomial(const Factors &factors);
  Factors factorsOf(unsigned index) const;
};

} // namespace wasmind::graph
