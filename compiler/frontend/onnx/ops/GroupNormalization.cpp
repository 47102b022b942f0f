#include "compiler/frontend/onnx/Operator.h"

// x [N, C, ...]; scale and bias are [groups] in opset 18, [C] since 21.
WASMIND_ONNX_OPERATOR(GroupNormalization) {
  Compose &compose = node.compose();
  Value x = node.input(0), scale = node.input(1), bias = node.input(2);
  const int64_t groups = node.integer("num_groups");
  auto channels = node.rank(x) < 2 ? std::nullopt : node.staticExtent(x, 1);
  if (!channels || groups < 1 || *channels % groups != 0)
    return node.fail("the channels of the input must be static and divide into " + llvm::Twine(groups) + " groups");
  if (node.opset() < 21) {
    auto perChannel = [&](Value perGroup) {
      Value line =
          compose.broadcastTo(compose.unsqueeze(perGroup, {1}), {compose.getAffineConstantExpr(groups),
                                                                 compose.getAffineConstantExpr(*channels / groups)});
      return compose.reshape(line, {*channels});
    };
    scale = perChannel(scale);
    bias = perChannel(bias);
  }
  return compose.groupNorm(x, scale, bias, groups, node.real("epsilon", 1e-5f));
}
