#include "compiler/frontend/onnx/Axes.h"
#include "compiler/graph/ShapeValues.h"
#include "llvm/ADT/Sequence.h"

namespace wasmind::onnx {
namespace {

struct Pads {
  std::string mode;
  Value fill; ///< rank 0
  Integers low, high;
};

// Pads that are known, of extents that are large enough for them.
Results padBy(Node &node, Value x, const Pads &pads) {
  Compose &compose = node.compose();
  const Extents low = compose.expressions(pads.low), high = compose.expressions(pads.high);
  if (pads.mode == "reflect")
    return compose.padReflect(x, low, high);
  if (pads.mode == "edge")
    return compose.padEdge(x, low, high);
  if (pads.mode == "wrap")
    return compose.padWrap(x, low, high);
  return compose.pad(x, pads.fill, pads.low, pads.high);
}

// Pads one dimension by amounts that the run computes (rank-0 i64).
Value padDim(Node &node, Value x, int64_t dim, const Pads &pads, Value low, Value high) {
  using Padding = Compose::Padding;
  Compose &compose = node.compose();
  const AffineExpr extent = compose.extentsOf(x)[dim];
  // Of a constant only, an axis may be empty.
  if (pads.mode != "constant" &&
      !node.require(extent - 1, "a pad of axis " + llvm::Twine(dim) + ", which has no elements"))
    return {};
  auto padded = node.extentOf(compose.add(compose.extent(extent), compose.add(low, high)), 0, dim);
  const Padding padding = pads.mode == "reflect" ? Padding::Reflect
                          : pads.mode == "edge"  ? Padding::Edge
                          : pads.mode == "wrap"  ? Padding::Wrap
                                                 : Padding::Constant;
  return padded ? compose.padComputed(x, dim, padding, low, *padded, pads.fill) : Value();
}

} // namespace
} // namespace wasmind::onnx

// pads = all starts, then all ends; attributes before opset 11, inputs since (with `axes` since 18).
WASMIND_ONNX_OPERATOR(Pad) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  std::optional<Integers> known, axes;
  std::optional<llvm::SmallVector<Value>> given;
  if (node.opset() < 11) {
    known = node.integers(node.has("pads") ? "pads" : "paddings");
  } else {
    given = node.elements(1, "pads");
    if (!given)
      return Failure();
    known = node.knownIntegers(1);
  }
  axes = node.hasInput(3) ? node.knownIntegers(3) : llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (!axes) { // pads of every axis, 0 for those that are not named
    auto named = node.elements(3, "axes");
    if (!named)
      return Failure();
    if (given->size() != 2 * named->size())
      return node.fail(llvm::Twine(given->size()) + " pads for " + llvm::Twine(named->size()) + " axes");
    Value pads = compose.cast(node.input(1), compose.getI64Type());
    const AffineExpr half = compose.getAffineConstantExpr(named->size());
    auto lists = placeByAxes(
        node, 3, rank,
        {compose.sliceDim(pads, 0, compose.getAffineConstantExpr(0), half), compose.sliceDim(pads, 0, half, half)},
        {0, 0});
    if (node.failed())
      return Failure();
    given->clear();
    for (Value list : lists)
      for (int64_t dim = 0; dim < rank; ++dim)
        given->push_back(node.elementAt(list, dim));
    known = std::nullopt;
    axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  }
  const size_t count = known ? known->size() : given->size();
  if (count != 2 * axes->size())
    return node.fail(llvm::Twine(count) + " pads for " + llvm::Twine(axes->size()) + " axes");
  if (!node.axes(*axes, rank))
    return Failure();

  Pads pads{node.string("mode", "constant"), {}, Integers(rank, 0), Integers(rank, 0)};
  if (!llvm::is_contained({"constant", "reflect", "edge", "wrap"}, pads.mode))
    return node.fail("attribute 'mode' = '" + pads.mode + "' is not one of constant, reflect, edge, wrap");
  pads.fill = node.opset() >= 11 && node.hasInput(2) ? compose.reshape(node.input(2), Integers())
                                                     : compose.scalar(compose.elementOf(x), node.real("value", 0.0));
  if (!known) {
    for (auto [i, axis] : llvm::enumerate(*axes)) {
      auto isNothing = [&](size_t at) {
        auto amount = graph::shapeElements((*given)[at]);
        return amount && graph::constantOf(amount->front()) == 0;
      };
      if (isNothing(i) && isNothing(i + axes->size()))
        continue;
      auto amount = [&](size_t at) { return compose.cast((*given)[at], compose.getI64Type()); };
      x = padDim(node, x, *node.axis(axis, rank), pads, amount(i), amount(i + axes->size()));
      if (!x)
        return Failure();
    }
    return x;
  }
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    const int64_t dim = *node.axis(axis, rank);
    pads.low[dim] = (*known)[i];
    pads.high[dim] = (*known)[i + axes->size()];
  }

  const Extents extents = compose.extentsOf(x);
  for (int64_t dim = 0; dim < rank; ++dim) {
    int64_t &low = pads.low[dim], &high = pads.high[dim];
    if (std::abs(low) > INT32_MAX || std::abs(high) > INT32_MAX)
      return node.fail("pads of " + llvm::Twine(low) + " and " + llvm::Twine(high));
    if (!node.require(extents[dim] + (std::min<int64_t>(low, 0) + std::min<int64_t>(high, 0)),
                      "negative pads remove more than axis " + llvm::Twine(dim) + " has"))
      return Failure();
    const int64_t reach = std::max(low, high);
    if (pads.mode == "constant" || reach <= 0)
      continue;
    if (reach > (1 << 24))
      return node.fail("mode '" + pads.mode + "' with a pad of " + llvm::Twine(reach));
    if (graph::constantOf(extents[dim]) == 0)
      return node.fail("mode '" + pads.mode + "' has nothing to repeat along axis " + llvm::Twine(dim));
    // A reflection wants as many elements, for which default bounds make room; an edge is one; a wrap is all of them.
    if (graph::constantOf(extents[dim]) || (pads.mode == "reflect" && node.raiseDefault(extents[dim], reach + 1)) ||
        node.bounds(extents[dim]).min >= (pads.mode == "edge" ? 1 : reach))
      continue;
    // An extent that may be smaller than its pads: element by element.
    auto number = [&](int64_t value) {
      return compose.reshape(graph::makeIntegers(compose, compose.getLoc(), value), Integers());
    };
    x = padDim(node, x, dim, pads, number(low), number(high));
    if (!x)
      return Failure();
    low = high = 0;
  }
  return padBy(node, x, pads);
}
