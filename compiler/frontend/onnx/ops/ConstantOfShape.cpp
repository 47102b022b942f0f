#include "compiler/frontend/onnx/Operator.h"

// A tensor of the given shape filled with one value (float 0 by default).
WASMIND_ONNX_OPERATOR(ConstantOfShape) {
  auto extents = node.shape(0, "input");
  if (!extents)
    return Failure();
  for (AffineExpr extent : *extents)
    if (!node.require(extent, "the extent '" + node.text(extent) + "' may be negative"))
      return Failure();
  Compose &compose = node.compose();
  Value value = node.has("value") ? node.tensor("value") : compose.scalar(compose.getF32Type(), 0.0);
  if (!value)
    return Failure();
  return compose.broadcastTo(compose.reshape(value, Integers()), *extents);
}
