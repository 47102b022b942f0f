#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(InstanceNormalization) {
  Value x = node.input(0), scale = node.input(1);
  if (node.rank(x) < 3 || node.rank(scale) != 1)
    return node.fail("the input must be [N, C, spatial...] and scale [C]");
  auto channels = node.staticExtent(scale, 0);
  if (!channels)
    channels = node.staticExtent(x, 1);
  x = channels ? node.compose().withExtent(x, 1, node.compose().getAffineConstantExpr(*channels)) : Value();
  if (!x)
    return node.fail("the input and scale must have one number of channels, which is known while compiling");
  return node.compose().groupNorm(x, scale, node.input(2), *channels, node.real("epsilon", 1e-5f));
}
