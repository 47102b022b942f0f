#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Gather) {
  auto dim = node.axisAttribute("axis", 0, node.rank(node.input(0)));
  if (!dim || !node.checkIndices(node.input(1), node.input(0), *dim))
    return Failure();
  return node.compose().gather(node.input(0), node.input(1), *dim);
}
