#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Mean) {
  Value sum = variadicOperator(node, BinaryKind::Add).values.front();
  return node.compose().div(sum, node.compose().scalarLike(sum, node.inputCount()));
}
