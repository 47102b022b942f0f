//===- MaxPool3DWithArgmax.cpp ------------------------------------------------------------------------------------===//
//
// MaxPool3DWithArgmax(x [N, C, D, H, W]), attributes ksize, strides, pads, dilation, ceil_mode: values alone
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPool3DWithArgmax(Node &node) {
  Value x = node.tensor(0);
  expectChannelsFirst(node, "format", Node::none);
  if (!node.expectRank(x, 5, "input 0"))
    return {};
  Integers kernel = perSpatial(node, node.integers("ksize", Node::none), 3, "ksize");
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("strides", Node::none, kernel), 3, "strides");
  window.padLow = perSpatial(node, node.integers("pads", Node::none, Integers{0}), 3, "pads");
  window.padHigh = window.padLow;
  window.dilations = perSpatial(node, node.integers("dilation", Node::none, Integers{1}), 3, "dilation");
  if (node.flag("ceil_mode", Node::none, false))
    roundUp(node, x, kernel, window);
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  return Operand::tuple(
      {node.compose.maxPool(x, kernel, window), Operand::unavailable("the positions of a pool's maxima")});
}

} // namespace wasmind::mindir::ops
