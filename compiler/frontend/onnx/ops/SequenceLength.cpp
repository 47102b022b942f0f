#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(SequenceLength) {
  auto sequence = node.sequence(0);
  if (!sequence)
    return Failure();
  return node.compose().scalar(node.compose().getI64Type(), sequence->tensors.size());
}
