//===- ConvTranspose2D.cpp --------------------------------------------------------------------------------------===//
//
// ConvTranspose2D(x, weight, bias or None, stride, padding, output_padding, groups, dilation)
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand ConvTranspose2D(Node &node) {
  Value x = node.tensor(0), weights = node.tensor(1), bias = node.optionalTensor(2);
  const bool isBatch = node.rank(x) != 3; // a single image has no dimension N
  if (x && !isBatch)
    x = node.compose.unsqueeze(x, {0});
  if (!node.expectRank(x, 4, "input 0") || !node.expectRank(weights, 4, "weights"))
    return {};
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("stride", 3, Integers{1}), 2, "stride");
  window.padLow = window.padHigh = perSpatial(node, node.integers("padding", 4, Integers{0}), 2, "padding");
  const int64_t groups = node.integer("groups", 6, 1);
  window.dilations = perSpatial(node, node.integers("dilation", 7, Integers{1}), 2, "dilation");
  const Integers kernel{node.staticExtent(weights, 2, "weights"), node.staticExtent(weights, 3, "weights")};
  if (node.failed() || !checkWindow(node, kernel, window))
    return {};
  const Integers added = outputPadding(node, node.integers("output_padding", 5, Integers{0}), 2, window);
  if (node.failed())
    return {};
  Value result = node.compose.convolveTranspose(x, weights, bias, window, groups, added);
  return isBatch || !result ? result : node.compose.squeeze(result, {0});
}

} // namespace wasmind::mindir::ops
