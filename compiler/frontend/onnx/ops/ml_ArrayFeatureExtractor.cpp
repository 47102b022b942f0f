#include "compiler/frontend/onnx/Operator.h"

// Columns Y of X [rows, features].
WASMIND_ONNX_OPERATOR(ml_ArrayFeatureExtractor) {
  Compose &compose = node.compose();
  Value x = node.input(0), y = node.input(1);
  if (node.rank(x) < 1)
    return node.fail("the input has no features");
  if (node.rank(x) == 1)
    x = compose.unsqueeze(x, {0});
  y = compose.reshape(y, {graph::productOf(compose.extentsOf(y), compose.getContext())});
  return compose.gather(x, y, -1);
}
