#include "compiler/frontend/onnx/Operator.h"

// At inference the identity, with a mask of ones.
WASMIND_ONNX_OPERATOR(Dropout) {
  const bool trains = node.opset() >= 12 && node.hasInput(2) ? node.constantInteger(2, "training_mode").value_or(1) != 0
                                                             : node.opset() < 7 && !node.flag("is_test");
  if (trains)
    return node.failed() ? Failure() : node.fail("training mode is not supported; export the model for inference");
  Compose &compose = node.compose();
  Value x = node.input(0);
  if (!node.hasOutput(1))
    return x;
  Type element = node.opset() < 10 ? compose.elementOf(x) : compose.getI1Type();
  return {x, compose.splat(compose.extentsOf(x), element, 1.0)};
}
