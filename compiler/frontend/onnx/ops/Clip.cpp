#include "compiler/frontend/onnx/Operator.h"

// The bounds are attributes before opset 11 and optional scalar inputs since.
WASMIND_ONNX_OPERATOR(Clip) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  if (node.opset() >= 11)
    return compose.clip(x, node.input(1), node.input(2));
  Value low, high;
  if (node.has("min"))
    low = compose.scalarLike(x, node.real("min"));
  if (node.has("max"))
    high = compose.scalarLike(x, node.real("max"));
  return compose.clip(x, low, high);
}
