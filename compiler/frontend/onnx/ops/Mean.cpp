#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Mean) {
  Value sum = variadicOperator(node, BinaryKind::Add).data.front().tensor();
  return node.compose().div(sum, node.compose().scalarLike(sum, node.inputCount()));
}
