#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(PRelu) {
  Compose &compose = node.compose();
  Value x = node.input(0), slope = node.input(1);
  if (node.opset() < 7 && node.rank(slope) == 1 && node.rank(x) > 2) { // one slope per channel
    Integers shape(node.rank(x) - 1, 1);
    shape[0] = node.staticExtent(slope, 0).value_or(1);
    slope = compose.reshape(slope, shape);
  }
  Value isNegative = compose.compare(CompareKind::Less, x, compose.scalarLike(x, 0));
  return compose.select(isNegative, compose.mul(x, slope), x);
}
