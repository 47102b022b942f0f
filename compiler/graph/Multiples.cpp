//===- Multiples.cpp ----------------------------------------------------------------------------------------------===//
#include "compiler/graph/Multiples.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;

namespace wasmind::graph {
namespace {

constexpr int64_t rangeLimit = int64_t(1) << 20;

/// `e` without the factors of all its terms that are dimensions which are never 0: zero where `e` is.
AffineExpr withoutFactors(AffineExpr e, unsigned except, const Dims &dims) {
  const SmallVector<Term> terms = termsOf(e);
  for (AffineExpr factor : terms.empty() ? SmallVector<AffineExpr>() : terms.front().variables) {
    auto symbol = dyn_cast<AffineSymbolExpr>(factor);
    if (!symbol || symbol.getPosition() == except || symbol.getPosition() >= dims.size() ||
        dims[symbol.getPosition()].min < 1)
      continue;
    if (auto quotient = divideExactly(e, factor))
      e = *quotient;
  }
  return e;
}

bool isOfOnly(AffineExpr e, unsigned dim) {
  bool isOnly = true, isThere = false;
  e.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part)) {
      isOnly &= symbol.getPosition() == dim;
      isThere = true;
    }
  });
  return isOnly && isThere;
}

/// The value of an expression of one dimension; none where it does not fit or divides by what is not positive.
std::optional<int64_t> valueAt(AffineExpr e, int64_t dim) {
  if (auto constant = dyn_cast<AffineConstantExpr>(e))
    return constant.getValue();
  if (isa<AffineSymbolExpr>(e))
    return dim;
  auto binary = dyn_cast<AffineBinaryOpExpr>(e);
  auto lhs = binary ? valueAt(binary.getLHS(), dim) : std::nullopt;
  auto rhs = lhs ? valueAt(binary.getRHS(), dim) : std::nullopt;
  int64_t result = 0;
  if (!rhs)
    return std::nullopt;
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return llvm::AddOverflow(*lhs, *rhs, result) ? std::nullopt : std::optional(result);
  case AffineExprKind::Mul:
    return llvm::MulOverflow(*lhs, *rhs, result) ? std::nullopt : std::optional(result);
  default:
    if (*rhs <= 0)
      return std::nullopt;
    if (binary.getKind() == AffineExprKind::FloorDiv)
      return llvm::divideFloorSigned(*lhs, *rhs);
    if (binary.getKind() == AffineExprKind::CeilDiv)
      return llvm::divideCeilSigned(*lhs, *rhs);
    return (*lhs % *rhs + *rhs) % *rhs;
  }
}

} // namespace

int64_t multipleOf(unsigned dim, ModuleOp module) {
  const Dims dims = getNamedDims(module);
  SmallVector<AffineExpr> zeros;
  for (const Requirement &requirement : getRequirements(module))
    if (requirement.isZero && lastMeasured(requirement.expression, dims) < 0)
      if (AffineExpr zero = withoutFactors(requirement.expression, dim, dims); isOfOnly(zero, dim))
        zeros.push_back(zero);
  const auto [name, min, max, measured, unnamed] = dims[dim];
  if (zeros.empty() || measured || max - min > rangeLimit)
    return 1;
  int64_t divisor = 0, allowedCount = 0;
  for (int64_t value = min; value <= max; ++value)
    if (llvm::all_of(zeros, [value = value](AffineExpr zero) { return valueAt(zero, value) == 0; })) {
      divisor = std::gcd(divisor, value);
      ++allowedCount;
    }
  // Of a number that is the only one there is nothing to say.
  const bool areAll = allowedCount > 1 && allowedCount == max / divisor - (min + divisor - 1) / divisor + 1;
  return areAll ? divisor : 1;
}

} // namespace wasmind::graph
