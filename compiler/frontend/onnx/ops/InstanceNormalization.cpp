#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(InstanceNormalization) {
  Value x = node.input(0);
  auto channels = node.rank(x) < 3 ? std::nullopt : node.staticExtent(x, 1);
  if (!channels)
    return node.fail("the input must be [N, C, spatial...] with a static C");
  return node.compose().groupNorm(x, node.input(1), node.input(2), *channels, node.real("epsilon", 1e-5f));
}
