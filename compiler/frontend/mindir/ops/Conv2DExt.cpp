//===- Conv2DExt.cpp ----------------------------------------------------------------------------------------------===//
//
// Conv2DExt(x [N, C, H, W], weight [O, C / groups, KH, KW], bias or None, stride, padding, dilation, groups)
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv2DExt(Node &node) {
  Value x = node.tensor(0), weights = node.tensor(1), bias = node.optionalTensor(2);
  if (!node.expectRank(x, 4, "input 0") || !node.expectRank(weights, 4, "weights"))
    return {};
  Integers kernel{node.staticExtent(weights, 2, "weights"), node.staticExtent(weights, 3, "weights")};
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("stride", 3, Integers{1}), 2, "stride");
  window.dilations = perSpatial(node, node.integers("dilation", 5, Integers{1}), 2, "dilation");
  if (auto padding = node.parameter("padding", 4); padding && padding->is(Operand::Kind::Text)) {
    applyPadMode(node, padding->string.lower(), x, kernel, window);
  } else {
    window.padLow = perSpatial(node, node.integers("padding", 4, Integers{0}), 2, "padding");
    window.padHigh = window.padLow;
  }
  int64_t groups = node.integer("groups", 6, 1);
  if (node.failed() || !checkWindow(node, kernel, window))
    return {};
  return node.compose.convolve(x, weights, bias, window, groups);
}

} // namespace wasmind::mindir::ops
