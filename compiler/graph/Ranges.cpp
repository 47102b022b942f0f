//===- Ranges.cpp - what indices can be --------------------------------------------------------------------------===//
#include "compiler/graph/Ranges.h"

using namespace mlir;

namespace wasmind::graph {
namespace {

AffineExpr productOf(const Term &term, size_t without) {
  AffineExpr product = getAffineConstantExpr(term.coefficient, term.variables[0].getContext());
  for (auto [i, variable] : llvm::enumerate(term.variables))
    if (i != without)
      product = product * variable;
  return product;
}

AffineExpr sumOf(ArrayRef<Term> terms, MLIRContext *context) {
  AffineExpr sum = getAffineConstantExpr(0, context);
  for (const Term &term : terms) {
    AffineExpr product = getAffineConstantExpr(term.coefficient, context);
    for (AffineExpr variable : term.variables)
      product = product * variable;
    sum = sum + product;
  }
  return sum;
}

bool usesAxes(AffineExpr e) { return !e.isSymbolicOrConstant(); }

bool hasCoefficientsBelow(AffineExpr e, int64_t limit) {
  return llvm::all_of(termsOf(e), [&](const Term &t) { return t.coefficient > -limit && t.coefficient < limit; });
}

constexpr unsigned steps = 32; // of rewriting one expression
} // namespace

bool hasSmallCoefficients(AffineExpr e) { return hasCoefficientsBelow(e, int64_t(1) << 31); }

/// A lower bound of `e` without divisions by which axes go; divisors are positive.
std::optional<AffineExpr> Ranges::withoutDivisions(AffineExpr e, Divisions divisions) const {
  for (unsigned step = 0; step < steps; ++step) {
    SmallVector<Term> terms = termsOf(e);
    bool changed = false;
    for (auto [t, term] : llvm::enumerate(terms)) {
      for (auto [v, variable] : llvm::enumerate(term.variables)) {
        auto division = dyn_cast<AffineBinaryOpExpr>(variable);
        if (!division)
          continue;
        AffineExpr x = division.getLHS(), c = division.getRHS();
        AffineExpr factor = normalise(productOf(term, v));
        if (division.getKind() == AffineExprKind::Mod) {
          Interval sign = boundsOf(factor, dims);
          if (usesAxes(factor) || (sign.min < 0 && sign.max > 0))
            return std::nullopt;
          // With its quotient beside it the value is whole again; alone, 0 <= x mod c <= c - 1.
          AffineExpr quotient = normalise(factor * c * x.floorDiv(c));
          AffineExpr rest = normalise(e - factor * division);
          AffineExpr joined = normalise(rest - quotient);
          bool isWhole = termsOf(joined).size() < termsOf(rest).size();
          e = isWhole ? normalise(joined + factor * x) : sign.min >= 0 ? rest : normalise(rest + factor * (c - 1));
          changed = true;
          break;
        }
        if (division.getKind() != AffineExprKind::FloorDiv)
          return std::nullopt;
        bool isMultiple = divideExactly(factor, c).has_value() && (divisions == Divisions::AsParts || !usesAxes(x));
        if (!isMultiple && !usesAxes(x)) // the bounds of vars decide
          continue;
        Interval sign = boundsOf(factor, dims);
        if (usesAxes(factor) || (sign.min < 0 && sign.max > 0))
          return std::nullopt;
        std::optional<AffineExpr> bound;
        if (isMultiple) { // x - (c - 1) <= c * (x floordiv c) <= x
          AffineExpr quotient = *divideExactly(factor, c);
          bound = quotient * (sign.min >= 0 ? x - c + 1 : x);
        } else {
          auto edge = sign.min >= 0 ? lowest(x, divisions) : highest(x);
          if (!edge)
            return std::nullopt;
          bound = factor * edge->floorDiv(c);
        }
        terms.erase(terms.begin() + t);
        e = normalise(sumOf(terms, e.getContext()) + *bound);
        changed = true;
        break;
      }
      if (changed)
        break;
    }
    if (!changed)
      return e;
  }
  return std::nullopt;
}

std::optional<AffineExpr> Ranges::lowest(AffineExpr e) const { return lowest(e, Divisions::AsParts); }

std::optional<AffineExpr> Ranges::lowest(AffineExpr e, Divisions divisions) const {
  auto plain = withoutDivisions(normalise(e), divisions);
  if (!plain)
    return std::nullopt;
  e = *plain;
  for (unsigned d = 0; d < extents.size(); ++d) {
    if (!e.isFunctionOfDim(d))
      continue;
    AffineExpr dim = getAffineDimExpr(d, e.getContext()), zero = getAffineConstantExpr(0, e.getContext());
    AffineExpr rest = e.replace(dim, zero);
    AffineExpr slope = normalise(e.replace(dim, getAffineConstantExpr(1, e.getContext())) - rest);
    if (slope.isFunctionOfDim(d) || usesAxes(slope) || normalise(slope * dim + rest) != normalise(e))
      return std::nullopt; // not linear
    Interval sign = boundsOf(slope, dims);
    if (sign.min < 0 && sign.max > 0)
      return std::nullopt;
    e = normalise(sign.min >= 0 ? rest : rest + slope * (extents[d] - 1));
    if (!hasCoefficientsBelow(e, int64_t(1) << 48)) // far beyond every tensor, and near to where 64 bits end
      return std::nullopt;
  }
  return withoutDivisions(e, divisions); // those of the extents
}

std::optional<AffineExpr> Ranges::highest(AffineExpr e) const {
  auto negative = lowest(-e);
  if (!negative)
    return std::nullopt;
  return normalise(-*negative);
}

bool Ranges::proves(std::optional<AffineExpr> low) const {
  if (!low)
    return false;
  if (isNeverNegative(*low, dims))
    return true;
  for (AffineExpr extent : extents) // where there is a point, no extent is 0
    if (!constantOf(extent) && isNeverNegative(normalise(*low - (extent - 1)), dims))
      return true;
  return false;
}

bool Ranges::proves(AffineExpr e) const {
  return proves(lowest(e, Divisions::AsParts)) || proves(lowest(e, Divisions::ByBounds));
}

bool Ranges::isNonNegative(AffineExpr e, ArrayRef<AffineExpr> facts) const {
  if (proves(e))
    return true;
  for (AffineExpr fact : facts)
    if (proves(e - fact))
      return true;
  return false;
}

std::optional<AffineExpr> conditionOfTaking(AffineExpr extent, ArrayRef<AffineExpr> taken, const Dims &dims) {
  auto takesNothingOfNothing = [&](AffineExpr count) {
    return isNeverNegative(extent - count, dims) || isNeverNegative(extent * extentLimit - count, dims);
  };
  if (isNeverNegative(extent - 1, dims) || isUnbounded(extent, dims) || llvm::any_of(taken, takesNothingOfNothing))
    return std::nullopt;
  const AffineExpr condition = normalise(productOf(taken, extent.getContext()) * (extent - 1));
  return isNeverNegative(condition, dims) ? std::nullopt : std::optional(condition);
}

} // namespace wasmind::graph
