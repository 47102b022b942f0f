#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Softsign) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  return compose.div(x, compose.add(compose.unary(UnaryKind::Abs, x), compose.scalarLike(x, 1)));
}
