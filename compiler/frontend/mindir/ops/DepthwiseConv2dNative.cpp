//===- DepthwiseConv2dNative.cpp ----------------------------------------------------------------------------------===//
//
// DepthwiseConv2dNative(x [N, C, H, W], w [multiplier, C, KH, KW]), attributes stride, dilation, pad_mode, pad(s): each
// channel by its own filters
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand DepthwiseConv2dNative(Node &node) {
  Value x = node.tensor(0), weights = node.tensor(1);
  expectChannelsFirst(node, "format", Node::none);
  if (!node.expectRank(x, 4, "input 0") || !node.expectRank(weights, 4, "weights"))
    return {};
  const Integers shape = node.staticExtents(weights, "weights");
  const int64_t channels = node.staticExtent(x, 1, "input 0");
  if (node.failed() || shape[1] != channels || shape[0] < 1 || channels < 1)
    return node.fail("weights and channels do not fit one another");
  const Integers kernel{shape[2], shape[3]};
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("stride", Node::none, Integers{1}), 2, "stride");
  window.dilations = perSpatial(node, node.integers("dilation", Node::none, Integers{1}), 2, "dilation");
  const std::string mode = padMode(node, "pad_mode", Node::none, "valid");
  readPads(node, node.integers(mode == "pad" ? "pads" : "pad_list", Node::none, Integers{0}), 2, window);
  applyPadMode(node, mode, x, kernel, window);
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  Compose &b = node.compose;
  weights = b.reshape(b.transpose(weights, {1, 0, 2, 3}), Integers{channels * shape[0], 1, shape[2], shape[3]});
  return b.convolve(x, weights, Value(), window, channels);
}

} // namespace wasmind::mindir::ops
