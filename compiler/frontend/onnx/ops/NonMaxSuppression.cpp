#include "compiler/frontend/onnx/Operator.h"

// [selected, 3] positions of boxes. How many are selected depends on data, but for a limit of 0, which is the default.
WASMIND_ONNX_OPERATOR(NonMaxSuppression) {
  Compose &compose = node.compose();
  const auto limit = node.hasInput(2) ? graph::constantIntegers(node.input(2)) : std::optional(Integers{0});
  if (!limit || limit->size() != 1 || limit->front() > 0)
    return node.fail("the number of boxes that are selected depends on data; memory is planned while compiling, so end "
                     "the model before this node and select the boxes in the host");
  return compose.splat({compose.getAffineConstantExpr(0), compose.getAffineConstantExpr(3)}, compose.getI64Type(), 0);
}
