//===- Bounds.cpp - what expressions over the named dimensions can be ---------------------------------------------===//
//
// The one place where questions about extents are decided. Decided exactly, up to a limit of work far beyond what the
// extents of models need: all that is linear in dimensions and in their floordiv, ceildiv and mod by constants, where
// the facts are. Approximated, never too narrow: products of dimensions, and divisions by what is not constant.
//
// Interval arithmetic decides where every dimension occurs once and no fact speaks of it. The slopes of a polynomial
// bound its products. Integer programming does the rest.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/ExtentBounds.h"
#include "compiler/graph/Graph.h"
#include <algorithm>

using namespace mlir;

namespace wasmind::graph {
namespace {

using Wide = __int128;
constexpr Interval anyExtent{0, extentLimit};

int64_t clamp(Wide value) { return int64_t(std::clamp<Wide>(value, -unknownBound, unknownBound)); }
Wide floorDiv(Wide x, Wide y) { return x >= 0 ? x / y : -((-x + y - 1) / y); }

Interval intersect(Interval a, Interval b) { return {std::max(a.min, b.min), std::min(a.max, b.max)}; }

Interval sum(Interval a, Interval b) {
  return {a.min <= -unknownBound || b.min <= -unknownBound ? -unknownBound : clamp(Wide(a.min) + b.min),
          a.max >= unknownBound || b.max >= unknownBound ? unknownBound : clamp(Wide(a.max) + b.max)};
}

Interval product(Interval a, Interval b) {
  Wide ends[] = {Wide(a.min) * b.min, Wide(a.min) * b.max, Wide(a.max) * b.min, Wide(a.max) * b.max};
  return {clamp(*std::min_element(ends, ends + 4)), clamp(*std::max_element(ends, ends + 4))};
}

/// x floordiv y, whose divisor is positive wherever it is reached.
Interval quotient(Interval x, Interval y) {
  int64_t low = std::max<int64_t>(y.min, 1), high = std::max<int64_t>(y.max, 1);
  return {x.min <= -unknownBound ? -unknownBound : int64_t(std::min(floorDiv(x.min, low), floorDiv(x.min, high))),
          x.max >= unknownBound ? unknownBound : int64_t(std::max(floorDiv(x.max, low), floorDiv(x.max, high)))};
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

/// Exact where no dimension occurs twice and no remainder wraps round.
Bounds ofTree(AffineExpr e, const Dims &dims) {
  if (auto constant = dyn_cast<AffineConstantExpr>(e))
    return {{constant.getValue(), constant.getValue()}, true};
  auto binary = dyn_cast<AffineBinaryOpExpr>(e);
  if (!binary)
    return {ofLeaf(e, dims), true};
  AffineExpr lhs = binary.getLHS(), rhs = binary.getRHS();
  Bounds a = ofTree(lhs, dims), b = ofTree(rhs, dims);
  const bool isExact = a.isExact && b.isExact;
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return {sum(a.range, b.range), isExact};
  case AffineExprKind::Mul:
    return {product(a.range, b.range), isExact};
  default:
    break;
  }
  Interval x = boundsInBox(lhs, dims), y = boundsInBox(rhs, dims);
  if (binary.getKind() == AffineExprKind::FloorDiv)
    return {quotient(x, y), isExact && y.min > 0};
  if (binary.getKind() == AffineExprKind::CeilDiv) {
    Interval down = quotient({-x.max, -x.min}, y);
    return {{-down.max, -down.min}, isExact && y.min > 0};
  }
  return {remainder(x, y), isExact && x.min >= 0 && x.max < y.min};
}

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

bool hasProducts(AffineExpr e) {
  bool found = false;
  e.walk([&](AffineExpr part) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(part);
    found |= binary && binary.getKind() != AffineExprKind::Add && !isa<AffineConstantExpr>(binary.getRHS());
  });
  return found;
}

/// The facts that speak of what `e` speaks of, and those that speak of what these speak of.
SmallVector<AffineExpr> connectedFacts(AffineExpr e, const Dims &dims) {
  SmallVector<AffineExpr> reached{e};
  if (dims.facts.empty())
    return {};
  SmallVector<AffineExpr> left = factsFor(e, dims);
  for (unsigned i = 0; i < reached.size(); ++i)
    llvm::erase_if(left, [&](AffineExpr fact) {
      bool shares = false;
      reached[i].walk([&](AffineExpr part) {
        if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
          shares |= fact.isFunctionOfSymbol(symbol.getPosition());
      });
      if (shares)
        reached.push_back(fact);
      return shares;
    });
  reached.erase(reached.begin());
  return reached;
}

} // namespace

Bounds boundsOfTree(AffineExpr e, const Dims &dims) {
  Bounds result = ofTree(e, dims);
  result.isExact &= !repeatsVariables(e);
  return result;
}

Interval RememberedBounds::of(AffineExpr e, ArrayRef<AffineExpr> facts, const Dims &dims,
                              function_ref<Interval()> decide) {
  auto *dialect = e.getContext()->getLoadedDialect<GraphDialect>();
  auto *remembered = dialect ? dialect->getRegisteredInterface<RememberedBounds>() : nullptr;
  if (!remembered)
    return decide();
  Question question;
  auto add = [&](AffineExpr part) { // an expression is unique in its context
    question.push_back(reinterpret_cast<intptr_t>(part.getAsOpaquePointer()));
    part.walk([&](AffineExpr leaf) {
      if (isa<AffineSymbolExpr>(leaf)) {
        Interval range = ofLeaf(leaf, dims);
        question.insert(question.end(), {range.min, range.max});
      }
    });
  };
  add(e);
  llvm::for_each(facts, add);
  {
    std::lock_guard lock(remembered->mutex);
    if (auto found = remembered->answers.find(question); found != remembered->answers.end())
      return found->second;
  }
  Interval answer = decide(); // which asks questions of its own
  std::lock_guard lock(remembered->mutex);
  if (remembered->answers.size() >= limit)
    remembered->answers.clear();
  remembered->answers.emplace(std::move(question), answer);
  return answer;
}

Interval boundsInBox(AffineExpr e, const Dims &dims) {
  Bounds tree = boundsOfTree(e, dims);
  if (tree.isExact)
    return tree.range;
  return RememberedBounds::of(e, {}, dims, [&] {
    const bool isLinear = !hasProducts(e);
    Interval range = isLinear ? tree.range : intersect(tree.range, monotoneBounds(e, dims));
    auto polyhedral = polyhedralBounds(e, {}, dims, range);
    if (polyhedral)
      return intersect(range, *polyhedral);
    return isLinear ? intersect(range, monotoneBounds(e, dims)) : range;
  });
}

Interval boundsOf(AffineExpr e, const Dims &dims) {
  Interval box = boundsInBox(e, dims);
  SmallVector<AffineExpr> facts = connectedFacts(e, dims);
  if (facts.empty() || box.min == box.max)
    return box;
  return RememberedBounds::of(e, facts, dims, [&] {
    // Of products less is decided: they must not hide what linear facts say.
    auto linear = llvm::filter_to_vector(facts, [](AffineExpr fact) { return !hasProducts(fact); });
    Interval range = box;
    for (ArrayRef<AffineExpr> known : {ArrayRef(linear), ArrayRef(facts)}) {
      auto polyhedral = polyhedralBounds(e, known, dims, range);
      Interval narrower = polyhedral ? intersect(range, *polyhedral) : range;
      if (narrower.min <= narrower.max)
        range = narrower;
      if (linear.size() == facts.size())
        break;
    }
    return range;
  });
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
  Dims nonEmpty(dims); // where there is an element, the count is at least 1
  nonEmpty.facts.push_back(count - 1);
  auto holds = [&](AffineExpr e) {
    return isNeverNegative(e, dims) ||
           (!elements && (isNeverNegative(e, nonEmpty) || isNeverNegative(e - (count - 1), dims)));
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
