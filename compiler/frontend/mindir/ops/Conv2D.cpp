//===- Conv2D.cpp -------------------------------------------------------------------------------------------------===//
//
// Conv2D(x [N, C, H, W], w [O, C / group, KH, KW]), attributes stride, dilation, pad_mode, pad, group
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv2D(Node &node) {
  Value x = node.tensor(0), weights = node.tensor(1);
  expectChannelsFirst(node, "format", Node::none);
  expectChannelsFirst(node, "data_format", Node::none);
  if (!node.expectRank(x, 4, "input 0") || !node.expectRank(weights, 4, "weights"))
    return {};
  Integers kernel{node.staticExtent(weights, 2, "weights"), node.staticExtent(weights, 3, "weights")};
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("stride", Node::none, Integers{1}), 2, "stride");
  window.dilations = perSpatial(node, node.integers("dilation", Node::none, Integers{1}), 2, "dilation");
  // pad_list holds the pads that pad_mode gave for the exported shape: top, bottom, left, right.
  std::string mode = padMode(node, "pad_mode", Node::none, "valid");
  readPads(node, node.integers(mode == "pad" ? "pad" : "pad_list", Node::none, Integers{0}), 2, window);
  applyPadMode(node, mode, x, kernel, window);
  int64_t groups = node.integer("group", Node::none, node.integer("groups", Node::none, 1));
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  return node.compose.convolve(x, weights, Value(), window, groups);
}

} // namespace wasmind::mindir::ops
