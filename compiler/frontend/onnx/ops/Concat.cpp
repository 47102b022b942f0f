#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Concat) {
  auto inputs = node.inputs();
  if (inputs.empty())
    return node.fail("needs at least one input");
  // Before opset 4 the axis has a default.
  auto dim = node.axisAttribute("axis", 1, node.rank(inputs.front()));
  if (!dim)
    return Failure();
  return node.compose().concat(inputs, *dim);
}
