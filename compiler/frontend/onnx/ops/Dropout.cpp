#include "compiler/frontend/onnx/Operator.h"

// The identity with a mask of ones at inference, and wherever nothing is dropped.
WASMIND_ONNX_OPERATOR(Dropout) {
  bool trains = node.opset() < 7 && !node.flag("is_test");
  if (node.opset() >= 12 && node.hasInput(2)) {
    auto mode = node.constantReal(2, "training_mode");
    if (!mode)
      return Failure();
    trains = *mode != 0;
  }
  if (trains && node.opset() >= 12 && node.hasInput(1))
    trains = node.constantReal(1, "ratio").value_or(1) != 0;
  if (trains)
    return node.failed() ? Failure() : node.fail("training mode is not supported; export the model for inference");
  Compose &compose = node.compose();
  Value x = node.input(0);
  if (!node.hasOutput(1))
    return x;
  Type element = node.opset() < 10 ? compose.elementOf(x) : compose.getI1Type();
  return {x, compose.splat(compose.extentsOf(x), element, 1.0)};
}
