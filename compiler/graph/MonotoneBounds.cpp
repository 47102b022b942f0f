//===- MonotoneBounds.cpp - bounds of polynomials by the signs of their slopes ------------------------------------===//
//
// The envelope of a product says little of a polynomial of higher degree; its slopes often have a sign. The normal form
// is bounded as it is, and with every x floordiv c as (x - x mod c) / c, in which quotients cancel against what they
// are quotients of.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/ExtentBounds.h"
#include <algorithm>
#include <map>

using namespace mlir;

namespace wasmind::graph {
namespace {

using Wide = __int128;

int64_t clamp(Wide value) { return int64_t(std::clamp<Wide>(value, -unknownBound, unknownBound)); }
Wide floorDiv(Wide x, Wide y) { return x >= 0 ? x / y : -((-x + y - 1) / y); }

/// A polynomial over numbered variables, divided by a positive number.
struct Fraction {
  std::map<std::vector<unsigned>, Wide> terms; // by their variables, ascending, repeated by power
  Wide divisor = 1;
};

class NormalForm {
public:
  /// `splitsQuotients`: x floordiv c is (x - x mod c) / c, not a variable of its own.
  NormalForm(const Dims &dims, bool splitsQuotients) : dims(dims), splitsQuotients(splitsQuotients) {}

  Interval bounds(AffineExpr normal) {
    Fraction fraction = read(normal);
    auto range = isTooLarge ? std::nullopt : rangeOf(fraction.terms);
    if (!range)
      return {-unknownBound, unknownBound};
    return {clamp(-floorDiv(-range->min, fraction.divisor)), clamp(floorDiv(range->max, fraction.divisor))};
  }

private:
  using Terms = std::map<std::vector<unsigned>, Wide>;
  struct Range {
    Wide min, max;
  };
  static constexpr Wide coefficientLimit = Wide(1) << 90;
  static constexpr size_t termLimit = 64;

  const Dims &dims;
  bool splitsQuotients, isTooLarge = false;
  std::vector<std::pair<AffineExpr, Interval>> variables;
  unsigned steps = 0;

  Fraction variable(AffineExpr e, Interval range) {
    unsigned index = llvm::find_if(variables, [&](auto &known) { return known.first == e; }) - variables.begin();
    if (index == variables.size())
      variables.push_back({e, range});
    isTooLarge |= range.min <= -unknownBound || range.max >= unknownBound;
    return {{{{index}, 1}}, 1};
  }

  void add(Terms &terms, const std::vector<unsigned> &variables, Wide coefficient) {
    Wide &known = terms[variables];
    known += coefficient;
    isTooLarge |= known > coefficientLimit || known < -coefficientLimit || terms.size() > termLimit;
    if (known == 0)
      terms.erase(variables);
  }

  Fraction combine(const Fraction &a, Wide scaleA, const Fraction &b, Wide scaleB) {
    Fraction result;
    result.divisor = a.divisor * b.divisor;
    isTooLarge |= result.divisor > (Wide(1) << 40);
    if (isTooLarge)
      return {};
    for (auto &[monomial, coefficient] : a.terms)
      add(result.terms, monomial, coefficient * scaleA * b.divisor);
    for (auto &[monomial, coefficient] : b.terms)
      add(result.terms, monomial, coefficient * scaleB * a.divisor);
    return result;
  }

  Fraction multiply(const Fraction &a, const Fraction &b) {
    Fraction result;
    result.divisor = a.divisor * b.divisor;
    isTooLarge |= result.divisor > (Wide(1) << 40);
    for (auto &[left, x] : a.terms)
      for (auto &[right, y] : b.terms) {
        Wide coefficient;
        isTooLarge |= __builtin_mul_overflow(x, y, &coefficient);
        if (isTooLarge)
          return {};
        std::vector<unsigned> monomial(left.size() + right.size());
        std::merge(left.begin(), left.end(), right.begin(), right.end(), monomial.begin());
        add(result.terms, monomial, coefficient);
      }
    return result;
  }

  Fraction read(AffineExpr e) {
    if (isTooLarge)
      return {};
    if (auto constant = dyn_cast<AffineConstantExpr>(e)) {
      Fraction result;
      add(result.terms, {}, constant.getValue());
      return result;
    }
    auto binary = dyn_cast<AffineBinaryOpExpr>(e);
    if (!binary)
      return variable(e, boundsOfTree(e, dims).range);
    AffineExpr lhs = binary.getLHS(), rhs = binary.getRHS();
    auto divisor = constantOf(rhs);
    bool splits = splitsQuotients && divisor && *divisor > 0 && *divisor < (int64_t(1) << 31);
    switch (binary.getKind()) {
    case AffineExprKind::Add:
      return combine(read(lhs), 1, read(rhs), 1);
    case AffineExprKind::Mul:
      return multiply(read(lhs), read(rhs));
    case AffineExprKind::FloorDiv: {
      if (!splits)
        break;
      Fraction whole = combine(read(lhs), 1, read(normalise(lhs % rhs)), -1);
      whole.divisor *= *divisor;
      return whole;
    }
    case AffineExprKind::CeilDiv:
      if (!splits)
        break;
      return read(normalise((lhs + (rhs - 1)).floorDiv(rhs)));
    default:
      break;
    }
    return variable(e, boundsOfTree(e, dims).range);
  }

  /// The sum of the ranges of the terms.
  std::optional<Range> sumOfRanges(const Terms &terms) const {
    Range total{0, 0};
    for (auto &[monomial, coefficient] : terms) {
      Range range{coefficient, coefficient};
      for (unsigned index : monomial) {
        Interval by = variables[index].second;
        Wide ends[4];
        if (__builtin_mul_overflow(range.min, Wide(by.min), &ends[0]) ||
            __builtin_mul_overflow(range.min, Wide(by.max), &ends[1]) ||
            __builtin_mul_overflow(range.max, Wide(by.min), &ends[2]) ||
            __builtin_mul_overflow(range.max, Wide(by.max), &ends[3]))
          return std::nullopt;
        range = {*std::min_element(ends, ends + 4), *std::max_element(ends, ends + 4)};
      }
      if (__builtin_add_overflow(total.min, range.min, &total.min) ||
          __builtin_add_overflow(total.max, range.max, &total.max))
        return std::nullopt;
    }
    return total;
  }

  /// With one variable at a value.
  std::optional<Terms> at(const Terms &terms, unsigned index, Wide value) {
    Terms result;
    for (auto &[monomial, coefficient] : terms) {
      std::vector<unsigned> rest;
      Wide scaled = coefficient;
      for (unsigned other : monomial)
        if (other != index)
          rest.push_back(other);
        else if (__builtin_mul_overflow(scaled, value, &scaled))
          return std::nullopt;
      if ((result[rest] += scaled) == 0)
        result.erase(rest);
    }
    return result;
  }

  static Terms derivative(const Terms &terms, unsigned index) {
    Terms result;
    for (auto &[monomial, coefficient] : terms)
      if (auto power = llvm::count(monomial, index)) {
        std::vector<unsigned> rest(monomial);
        rest.erase(llvm::find(rest, index));
        result[rest] += coefficient * power;
      }
    return result;
  }

  /// A variable in which the polynomial only rises, or only falls, stands at one end of its range.
  std::optional<Range> rangeOf(const Terms &terms) {
    auto isLinear = [](const auto &term) { return term.first.size() <= 1; };
    if (++steps > 1000 || llvm::all_of(terms, isLinear))
      return sumOfRanges(terms);
    for (unsigned index = 0; index < variables.size(); ++index) {
      if (llvm::none_of(terms, [&](const auto &term) { return llvm::is_contained(term.first, index); }))
        continue;
      auto slope = rangeOf(derivative(terms, index));
      if (!slope || (slope->min < 0 && slope->max > 0))
        continue;
      Interval ends = variables[index].second;
      auto low = at(terms, index, slope->min >= 0 ? ends.min : ends.max);
      auto high = at(terms, index, slope->min >= 0 ? ends.max : ends.min);
      auto lowest = low ? rangeOf(*low) : std::nullopt, highest = high ? rangeOf(*high) : std::nullopt;
      if (!lowest || !highest)
        return std::nullopt;
      return Range{lowest->min, highest->max};
    }
    return sumOfRanges(terms);
  }
};

} // namespace

Interval monotoneBounds(AffineExpr e, const Dims &dims) {
  AffineExpr normal = normalise(e);
  Interval whole = NormalForm(dims, false).bounds(normal), split = NormalForm(dims, true).bounds(normal);
  return {std::max(whole.min, split.min), std::min(whole.max, split.max)};
}

} // namespace wasmind::graph
