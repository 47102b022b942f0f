//===- Bounds.cpp - what expressions over the named dimensions can be ---------------------------------------------===//
//
// One expression is bounded in three ways, each sound, and the narrowest bounds hold: interval arithmetic over its
// tree; over its normal form, in which what terms share cancels; and over the normal form with every x floordiv c as (x
// - x mod c) / c, in which quotients cancel against what they are quotients of.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Dimensions.h"
#include <algorithm>
#include <map>

using namespace mlir;

namespace wasmind::graph {
namespace {

using Wide = __int128;
constexpr int64_t infinity = int64_t(1) << 60; // a bound out here is not known
constexpr Interval unknown{-infinity, infinity};
constexpr Interval anyExtent{0, extentLimit};

int64_t clamp(Wide value) { return int64_t(std::clamp<Wide>(value, -infinity, infinity)); }
bool isKnown(Interval range) { return range.min > -infinity && range.max < infinity; }
Wide floorDiv(Wide x, Wide y) { return x >= 0 ? x / y : -((-x + y - 1) / y); }

Interval intersect(Interval a, Interval b) { return {std::max(a.min, b.min), std::min(a.max, b.max)}; }

Interval sum(Interval a, Interval b) {
  return {a.min <= -infinity || b.min <= -infinity ? -infinity : clamp(Wide(a.min) + b.min),
          a.max >= infinity || b.max >= infinity ? infinity : clamp(Wide(a.max) + b.max)};
}

Interval product(Interval a, Interval b) {
  Wide ends[] = {Wide(a.min) * b.min, Wide(a.min) * b.max, Wide(a.max) * b.min, Wide(a.max) * b.max};
  return {clamp(*std::min_element(ends, ends + 4)), clamp(*std::max_element(ends, ends + 4))};
}

/// x floordiv y, whose divisor is positive wherever it is reached.
Interval quotient(Interval x, Interval y) {
  int64_t low = std::max<int64_t>(y.min, 1), high = std::max<int64_t>(y.max, 1);
  return {x.min <= -infinity ? -infinity : int64_t(std::min(floorDiv(x.min, low), floorDiv(x.min, high))),
          x.max >= infinity ? infinity : int64_t(std::max(floorDiv(x.max, low), floorDiv(x.max, high)))};
}

Interval remainder(Interval x, Interval y) {
  if (x.min >= 0 && x.max < y.min)
    return x;
  int64_t most = std::max<int64_t>(y.max - 1, 0);
  return {0, x.min >= 0 ? std::min(most, x.max) : most};
}

Interval ofLeaf(AffineExpr e, const Dims &dims) {
  auto symbol = dyn_cast<AffineSymbolExpr>(e);
  if (!symbol || symbol.getPosition() >= dims.size())
    return anyExtent;
  return {dims[symbol.getPosition()].min, dims[symbol.getPosition()].max};
}

Interval ofTree(AffineExpr e, const Dims &dims) {
  if (auto constant = dyn_cast<AffineConstantExpr>(e))
    return {constant.getValue(), constant.getValue()};
  auto binary = dyn_cast<AffineBinaryOpExpr>(e);
  if (!binary)
    return ofLeaf(e, dims);
  AffineExpr lhs = binary.getLHS(), rhs = binary.getRHS();
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return sum(ofTree(lhs, dims), ofTree(rhs, dims));
  case AffineExprKind::Mul:
    return product(ofTree(lhs, dims), ofTree(rhs, dims));
  case AffineExprKind::FloorDiv:
    return quotient(boundsOf(lhs, dims), boundsOf(rhs, dims));
  case AffineExprKind::CeilDiv: {
    Interval x = boundsOf(lhs, dims), down = quotient({-x.max, -x.min}, boundsOf(rhs, dims));
    return {-down.max, -down.min};
  }
  case AffineExprKind::Mod:
    return remainder(boundsOf(lhs, dims), boundsOf(rhs, dims));
  default:
    return unknown;
  }
}

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
      return unknown;
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
    isTooLarge |= !isKnown(range);
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
      return variable(e, ofLeaf(e, dims));
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
    return variable(e, ofTree(e, dims));
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

/// Whether some variable occurs more than once: then the tree alone does not give the exact bounds.
bool repeatsVariables(AffineExpr e) {
  SmallVector<AffineExpr, 4> seen;
  bool repeats = false;
  e.walk([&](AffineExpr part) {
    if (isa<AffineSymbolExpr, AffineDimExpr>(part)) {
      repeats |= llvm::is_contained(seen, part);
      seen.push_back(part);
    }
  });
  return repeats;
}

} // namespace

Interval boundsOf(AffineExpr e, const Dims &dims) {
  Interval result = ofTree(e, dims);
  if (!repeatsVariables(e))
    return result;
  AffineExpr normal = normalise(e);
  for (bool splitsQuotients : {false, true})
    result = intersect(result, NormalForm(dims, splitsQuotients).bounds(normal));
  return result;
}

bool isUnbounded(AffineExpr e, const Dims &dims) {
  bool found = false;
  e.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
      found |= symbol.getPosition() >= dims.size() || dims[symbol.getPosition()].max == extentLimit;
  });
  return found;
}

bool isNeverNegative(AffineExpr e, const Dims &dims) {
  return boundsOf(e, dims).min >= 0 || llvm::is_contained(factsFor(e, dims), normalise(e));
}

bool staysInside(AffineExpr start, AffineExpr count, int64_t stride, AffineExpr extent, const Dims &dims) {
  auto first = constantOf(start), elements = constantOf(count), length = constantOf(extent);
  for (auto value : {first, elements, length})
    if (value && (*value < 0 || *value > (int64_t(1) << 31)))
      return false;
  if (elements == 0)
    return true;
  if (first && elements && length)
    return Wide(*first) + Wide(*elements - 1) * stride < *length;
  AffineExpr room = extent - 1 - start - (count - 1) * stride;
  auto holds = [&](AffineExpr e) {
    // Where there is an element, the count is at least 1.
    return isNeverNegative(e, dims) || (!elements && isNeverNegative(e - (count - 1), dims));
  };
  return holds(start) && holds(room);
}

std::optional<NamedDim> nearestBounds(AffineExpr e, const Dims &dims) {
  for (bool raises : {true, false})
    for (unsigned i = 0; i < dims.size(); ++i) {
      if (!e.isFunctionOfSymbol(i))
        continue;
      Dims tried(dims);
      int64_t &bound = raises ? tried[i].min : tried[i].max;
      int64_t good = raises ? dims[i].max : dims[i].min, bad = bound;
      auto holdsAt = [&](int64_t value) {
        bound = value;
        return isNeverNegative(e, tried);
      };
      if (!holdsAt(good))
        continue;
      // Narrower bounds hold where wider ones do.
      while (std::abs(good - bad) > 1) {
        int64_t middle = good + (bad - good) / 2;
        (holdsAt(middle) ? good : bad) = middle;
      }
      bound = good;
      return tried[i];
    }
  return std::nullopt;
}

std::string boundsText(AffineExpr e, const Dims &dims) {
  if (constantOf(e))
    return toString(e, dims);
  Interval range = boundsOf(e, dims);
  return "'" + toString(e, dims) + "' (" + std::to_string(range.min) + ".." + std::to_string(range.max) + ")";
}

std::string adviceText(AffineExpr e, const Dims &dims) {
  auto found = nearestBounds(e, dims);
  if (!found)
    return "";
  std::string range = std::to_string(found->min);
  if (found->max != found->min)
    range += ".." + std::to_string(found->max);
  return "; compile with --dim " + found->name + "=" + range;
}

} // namespace wasmind::graph
