#include "compiler/frontend/onnx/Operator.h"

// x [N, C, ...]; scale and bias are [groups] in opset 18, [C] since 21.
WASMIND_ONNX_OPERATOR(GroupNormalization) {
  Compose &compose = node.compose();
  Value x = node.input(0), scale = node.input(1), bias = node.input(2);
  const int64_t groups = node.integer("num_groups");
  const AffineExpr members =
      node.rank(x) < 2 || groups < 1 ? AffineExpr() : compose.quotientOf(compose.extentsOf(x)[1], groups);
  if (!members)
    return node.fail("the input must be [N, C, ...], and C divide into " + llvm::Twine(groups) + " groups");
  if (node.opset() < 21) {
    auto perChannel = [&](Value perGroup) {
      Value line =
          compose.broadcastTo(compose.unsqueeze(perGroup, {1}), {compose.getAffineConstantExpr(groups), members});
      return compose.reshape(line, {members * groups});
    };
    scale = perChannel(scale);
    bias = perChannel(bias);
  }
  return compose.groupNorm(x, scale, bias, groups, node.real("epsilon", 1e-5f));
}
