//===- MaxPool3D.cpp --------------------------------------------------------------------------------------------===//
//
// MaxPool3D(x [N, C, D, H, W]), attributes kernel_size, strides, pad_mode, pad_list, ceil_mode
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPool3D(Node &node) {
  Value x = node.tensor(0);
  expectChannelsFirst(node, "format", Node::none);
  if (!node.expectRank(x, 5, "input 0"))
    return {};
  const Integers kernel = perSpatial(node, node.integers("kernel_size", Node::none), 3, "kernel_size");
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("strides", Node::none, kernel), 3, "strides");
  window.dilations = {1, 1, 1};
  std::string mode = padMode(node, "pad_mode", Node::none, "valid");
  if (mode == "calculated") // how the exporter calls pads that are given
    mode = "pad";
  readPads(node, node.integers("pad_list", Node::none, Integers{0}), 3, window);
  applyPadMode(node, mode, x, kernel, window);
  if (node.integer("ceil_mode", Node::none, 0) == 1)
    roundUp(node, x, kernel, window);
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  return node.compose.maxPool(x, kernel, window);
}

} // namespace wasmind::mindir::ops
