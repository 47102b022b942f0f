//===- AvgPool3D.cpp ---------------------------------------------------------------------------------------------===//
//
// AvgPool3D(x [N, C, D, H, W]), attributes kernel_size, strides, pad_mode, pad_list, ceil_mode, count_include_pad,
// divisor_override
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AvgPool3D(Node &node) {
  Value x = node.tensor(0);
  expectChannelsFirst(node, "format", Node::none);
  if (!node.expectRank(x, 5, "input 0"))
    return {};
  const Integers kernel = perSpatial(node, node.integers("kernel_size", Node::none), 3, "kernel_size");
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("strides", Node::none, kernel), 3, "strides");
  window.dilations = {1, 1, 1};
  const std::string mode = padMode(node, "pad_mode", Node::none, "valid");
  readPads(node, node.integers("pad_list", Node::none, node.integers("pad", Node::none, Integers{0})), 3, window);
  applyPadMode(node, mode, x, kernel, window);
  const int64_t divisor = node.integer("divisor_override", Node::none, 0);
  const bool roundsUp = node.flag("ceil_mode", Node::none, false),
             countsPadding = node.flag("count_include_pad", Node::none, true);
  Compose::Window rounded = window;
  if (roundsUp)
    roundUp(node, x, kernel, rounded);
  if (node.failed() || !checkFit(node, x, kernel, rounded))
    return {};
  return averageOver(node, x, kernel, window, countsPadding, roundsUp, divisor);
}

} // namespace wasmind::mindir::ops
