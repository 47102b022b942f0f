#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(GatherElements) {
  auto dim = node.axisAttribute("axis", 0, node.rank(node.input(0)));
  if (!dim || !node.checkIndices(node.input(1), node.input(0), *dim))
    return Failure();
  return node.compose().gatherElements(node.input(0), node.input(1), *dim);
}
