#include "compiler/frontend/onnx/Axes.h"

WASMIND_ONNX_OPERATOR(Tile) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  Extents extents = compose.extentsOf(x);
  auto repeats = node.shape(1, node.opset() < 6 ? "tiles" : "repeats");
  if (!repeats)
    return Failure();
  if (node.opset() < 6) { // one axis
    if (repeats->size() != 1)
      return node.fail("tiles must have one element");
    const AffineExpr count = repeats->front();
    const int64_t rank = node.rank(x);
    repeats->assign(rank, compose.getAffineConstantExpr(1));
    auto axes = axesOf(node, 2, "axis", rank);
    if (!axes || axes->count != 1)
      return node.failed() ? Failure() : node.fail("axis must be one number");
    if (!axes->flags)
      (*repeats)[axes->dims.front()] = count;
    for (int64_t dim = 0; axes->flags && dim < rank; ++dim) {
      Value flag = node.elementAt(axes->flags, dim);
      // 1, and count - 1 more where it is named.
      Value more = compose.mul(flag, compose.extent(count - 1));
      auto found = node.extentOf(compose.add(more, compose.scalarLike(more, 1)), 0, dim, node.bounds(count).max);
      if (!found)
        return Failure();
      (*repeats)[dim] = *found;
    }
  }
  if (repeats->size() != extents.size())
    return node.fail(llvm::Twine(repeats->size()) + " repeats for rank " + llvm::Twine(extents.size()));
  // [a, b] -> [1, a, 1, b] -> [r, a, s, b] -> [r * a, s * b]
  Extents split, repeated, joined;
  for (auto [extent, count] : llvm::zip(extents, *repeats)) {
    if (!node.require(count, "a repeat of '" + node.text(count) + "'"))
      return Failure();
    if (!graph::isOne(count)) {
      split.push_back(compose.getAffineConstantExpr(1));
      repeated.push_back(count);
    }
    split.push_back(extent);
    repeated.push_back(extent);
    joined.push_back(extent * count);
  }
  return compose.reshape(compose.broadcastTo(compose.reshape(x, split), repeated), joined);
}
