//===- Conv3D.cpp - Conv3D(x [N, C, D, H, W], w), attributes stride, dilation, pad_mode, pad, groups -------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv3D(Node &node) {
  Value x = node.tensor(0), weights = node.tensor(1);
  expectChannelsFirst(node, "data_format", Node::none);
  expectChannelsFirst(node, "format", Node::none);
  if (!node.expectRank(x, 5, "input 0") || !node.expectRank(weights, 5, "weights"))
    return {};
  Integers kernel;
  for (int64_t d = 0; d < 3; ++d)
    kernel.push_back(node.staticExtent(weights, 2 + d, "weights"));
  Compose::Window window;
  window.strides = perSpatial(
      node, node.integers("strides", Node::none, node.integers("stride", Node::none, Integers{1})), 3, "strides");
  window.dilations = perSpatial(
      node, node.integers("dilations", Node::none, node.integers("dilation", Node::none, Integers{1})), 3, "dilations");
  const std::string mode = padMode(node, "pad_mode", Node::none, "valid");
  readPads(node, node.integers(mode == "pad" ? "pad" : "pad_list", Node::none, Integers{0}), 3, window);
  applyPadMode(node, mode, x, kernel, window);
  const int64_t groups = node.integer("groups", Node::none, node.integer("group", Node::none, 1));
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  return node.compose.convolve(x, weights, Value(), window, groups);
}

} // namespace wasmind::mindir::ops
