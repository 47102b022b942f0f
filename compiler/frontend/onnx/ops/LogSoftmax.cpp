#include "compiler/frontend/onnx/RowOperators.h"

WASMIND_ONNX_OPERATOR(LogSoftmax) {
  auto dims = rowDims(node);
  return dims ? Results(node.compose().logSoftmax(node.input(0), *dims)) : Failure();
}
