#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Tile) {
  if (node.opset() < 6)
    return node.fail("the form of opsets before 6 is not supported; convert the model to a newer opset");
  Compose &compose = node.compose();
  Value x = node.input(0);
  auto repeats = node.shape(1, "repeats");
  if (!repeats)
    return Failure();
  Extents extents = compose.extentsOf(x);
  if (repeats->size() != extents.size())
    return node.fail(llvm::Twine(repeats->size()) + " repeats for rank " + llvm::Twine(extents.size()));
  // [a, b] -> [1, a, 1, b] -> [r, a, s, b] -> [r * a, s * b]
  Extents split, repeated, joined;
  for (auto [extent, count] : llvm::zip(extents, *repeats)) {
    if (node.bounds(count).min < 0)
      return node.fail("a repeat of '" + node.text(count) + "'");
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
