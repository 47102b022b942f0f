#include "compiler/frontend/onnx/Recurrent.h"

// h' = f(x W + h R + Wb + Rb).
WASMIND_ONNX_OPERATOR(RNN) {
  Compose &compose = node.compose();
  auto layer = recurrentLayer(node, 1, {5}, {"Tanh"});
  if (!layer)
    return Failure();
  llvm::SmallVector<DirectionResults> results;
  for (const Direction &direction : layer->directions) {
    const Value recurrent = compose.transpose(direction.r, {1, 0});
    Value bias = direction.wBias ? compose.add(direction.wBias, direction.rBias) : Value();
    auto step = [&](Value input, llvm::ArrayRef<Value> states) -> llvm::SmallVector<Value> {
      return {activate(node, *layer, direction, 0, compose.add(input, compose.matmul(states[0], recurrent)))};
    };
    auto sequence = runDirection(node, *layer, direction, bias, step);
    if (!sequence)
      return Failure();
    results.push_back(*sequence);
  }
  return recurrentResults(node, *layer, results);
}
