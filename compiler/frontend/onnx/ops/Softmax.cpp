#include "compiler/frontend/onnx/RowOperators.h"

WASMIND_ONNX_OPERATOR(Softmax) {
  auto dims = rowDims(node);
  return dims ? Results(node.compose().softmax(node.input(0), *dims)) : Failure();
}
