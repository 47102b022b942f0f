#include "compiler/frontend/onnx/Operator.h"

// An optional that holds something is that, and so is what is no optional.
WASMIND_ONNX_OPERATOR(OptionalHasElement) {
  const bool isThere = node.hasInput(0) && !node.datum(0).isEmptyOptional();
  return node.compose().scalar(node.compose().getI1Type(), isThere);
}
