#include "compiler/frontend/onnx/Random.h"

// The identity with a mask of ones, but in training mode.
WASMIND_ONNX_OPERATOR(Dropout) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const Type flag = compose.getI1Type();
  auto known = [&](unsigned i) -> std::optional<bool> {
    auto data = node.hasInput(i) ? graph::constantDataOf(node.input(i)) : std::nullopt;
    return data ? std::optional(data->elementCount == 1 && data->asDouble(0) != 0) : std::nullopt;
  };
  const bool mayTrain = node.opset() < 7    ? !node.flag("is_test")
                        : node.opset() < 12 ? false
                                            : node.hasInput(2) && known(2) != false;
  if (!mayTrain || (node.opset() >= 12 && node.hasInput(1) && known(1) == false))
    return {x, node.hasOutput(1)
                   ? compose.splat(compose.extentsOf(x), node.opset() < 10 ? compose.elementOf(x) : flag, 1.0)
                   : Value()};
  Value ratio = node.opset() >= 12 && node.hasInput(1) ? compose.reshape(node.input(1), Integers())
                                                       : compose.scalar(compose.getF32Type(), node.real("ratio", 0.5));
  Value trains = node.opset() >= 12 && known(2) != true ? compose.reshape(node.input(2), Integers()) : Value();
  if (!ratio || (node.opset() >= 12 && known(2) != true && !trains))
    return node.fail("ratio and training_mode must be one number each");
  auto [dropped, keeps] = dropOut(node, x, ratio, trains);
  return {dropped, node.opset() < 10 ? compose.cast(keeps, compose.elementOf(x)) : keeps};
}
