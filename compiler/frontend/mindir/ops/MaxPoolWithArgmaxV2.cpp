//===- MaxPoolWithArgmaxV2.cpp -----------------------------------------------------------------------------------===//
//
// MaxPoolWithArgmaxV2(x [N, C, H, W]), attributes kernel_size, strides, pads, dilation, ceil_mode: values alone
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPoolWithArgmaxV2(Node &node) {
  Value x = node.tensor(0);
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  const Integers kernel = perSpatial(node, node.integers("kernel_size", Node::none), 2, "kernel_size");
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("strides", Node::none, kernel), 2, "strides");
  window.padLow = perSpatial(node, node.integers("pads", Node::none, Integers{0}), 2, "pads");
  window.padHigh = window.padLow;
  window.dilations = perSpatial(node, node.integers("dilation", Node::none, Integers{1}), 2, "dilation");
  if (node.flag("ceil_mode", Node::none, false))
    roundUp(node, x, kernel, window);
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  return Operand::tuple(
      {node.compose.maxPool(x, kernel, window), Operand::unavailable("the positions of a pool's maxima")});
}

} // namespace wasmind::mindir::ops
