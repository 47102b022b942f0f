#include "compiler/frontend/onnx/Operator.h"

// 1 above the threshold, else 0.
WASMIND_ONNX_OPERATOR(ml_Binarizer) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  Value above = compose.compare(CompareKind::Greater, x, compose.scalarLike(x, node.real("threshold", 0)));
  return compose.cast(above, compose.elementOf(x));
}
