#include "compiler/frontend/onnx/Operator.h"

// x + bias below -lambd, x - bias above lambd, else 0.
WASMIND_ONNX_OPERATOR(Shrink) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const double bias = node.real("bias", 0), limit = node.real("lambd", 0.5);
  auto number = [&](double value) { return compose.scalarLike(x, value); };
  Value above =
      compose.select(compose.compare(CompareKind::Greater, x, number(limit)), compose.sub(x, number(bias)), number(0));
  return compose.select(compose.compare(CompareKind::Less, x, number(-limit)), compose.add(x, number(bias)), above);
}
