#include "compiler/frontend/onnx/Operator.h"

// The identity with a mask of ones at inference, and wherever nothing is dropped.
WASMIND_ONNX_OPERATOR(Dropout) {
  Compose &compose = node.compose();
  constexpr const char *refusal = "training mode is not supported; export the model for inference";
  if (node.opset() < 7 && !node.flag("is_test"))
    return node.fail(refusal);
  if (node.opset() >= 12 && node.hasInput(2)) {
    auto known = [&](unsigned i) -> std::optional<bool> {
      auto data = node.hasInput(i) ? graph::constantDataOf(node.input(i)) : std::nullopt;
      return data ? std::optional(data->elementCount == 1 && data->asDouble(0) != 0) : std::nullopt;
    };
    Value trains = compose.reshape(node.input(2), Integers());
    Value ratio =
        node.hasInput(1) ? compose.reshape(node.input(1), Integers()) : compose.scalar(compose.getF32Type(), 0.5);
    if (!trains || !ratio)
      return node.fail("ratio and training_mode must be one number each");
    if (known(2) == true && (!node.hasInput(1) || known(1) == true))
      return node.fail(refusal);
    if (known(2) != false && known(1) != false) {
      Value keeps = compose.compare(CompareKind::Equal, ratio, compose.scalarLike(ratio, 0));
      keeps = compose.binary(BinaryKind::Or, keeps, compose.unary(UnaryKind::Not, trains));
      if (!node.check(keeps, refusal))
        return Failure();
    }
  }
  Value x = node.input(0);
  if (!node.hasOutput(1))
    return x;
  Type element = node.opset() < 10 ? compose.elementOf(x) : compose.getI1Type();
  return {x, compose.splat(compose.extentsOf(x), element, 1.0)};
}
