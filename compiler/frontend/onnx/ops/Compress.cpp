#include "compiler/frontend/onnx/Operator.h"

// Keeps the slices whose condition is true; without an axis, elements of the flattened input.
WASMIND_ONNX_OPERATOR(Compress) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  int64_t dim = 0;
  if (node.has("axis")) {
    auto axis = node.axisAttribute("axis", 0, node.rank(x));
    if (!axis)
      return Failure();
    dim = *axis;
  } else {
    x = compose.reshape(x, {graph::productOf(compose.extentsOf(x), compose.getContext())});
  }
  const AffineExpr extent = compose.extentsOf(x)[dim];
  if (auto known = graph::constantDataOf(node.input(1))) {
    Integers kept;
    for (int64_t i = 0; i < known->elementCount; ++i)
      if (known->asInteger(i) != 0)
        kept.push_back(i);
    if (!kept.empty() && !node.require(extent - (kept.back() + 1), "the condition is longer than the axis"))
      return Failure();
    return compose.gather(x, graph::makeIntegers(compose, compose.getLoc(), kept), dim);
  }
  if (!node.require(extent - compose.extentsOf(node.input(1)).front(), "the condition is longer than the axis"))
    return Failure();
  Value positions = compose.positionsOf(node.input(1), node.nameOfExtent(0, dim));
  if (positions)
    compose.require(extent - compose.extentsOf(positions).front(), /*isZero=*/false,
                    "more slices are kept than there are");
  return compose.gather(x, positions, dim);
}
