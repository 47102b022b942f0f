#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Tile) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  Extents extents = compose.extentsOf(x);
  auto repeats = node.shape(1, node.opset() < 6 ? "tiles" : "repeats");
  if (!repeats)
    return Failure();
  if (node.opset() < 6) { // one axis
    auto axis = node.constantInteger(2, "axis");
    auto dim = axis ? node.axis(*axis, node.rank(x)) : std::nullopt;
    if (!dim || repeats->size() != 1)
      return node.fail("tiles must have one element");
    const AffineExpr count = repeats->front();
    repeats->assign(extents.size(), compose.getAffineConstantExpr(1));
    (*repeats)[*dim] = count;
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
