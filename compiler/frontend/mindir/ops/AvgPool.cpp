//===- AvgPool.cpp ------------------------------------------------------------------------------------------------===//
//
// AvgPool(x [N, C, H, W], kernel_size, strides, pad_mode, data_format): padding does not count
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AvgPool(Node &node) {
  Value x = node.tensor(0);
  expectChannelsFirst(node, "format", 4);
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  Integers kernel = perSpatial(node, node.integers("kernel_size", 1), 2, "kernel_size");
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("strides", 2, Integers{1}), 2, "strides");
  window.dilations = {1, 1};
  applyPadMode(node, padMode(node, "pad_mode", 3, "valid"), x, kernel, window);
  if (!node.failed() && window.padLow.empty())
    return node.fail("pad_mode 'pad' is not supported");
  if (node.failed() || !checkWindow(node, kernel, window))
    return {};
  return node.compose.averagePool(x, kernel, window, /*countPadding=*/false);
}

} // namespace wasmind::mindir::ops
