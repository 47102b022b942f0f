//===- Conv3DTranspose.cpp --------------------------------------------------------------------------------------===//
//
// Conv3DTranspose(x [N, O, D, H, W], w [O, C / groups, KD, KH, KW]), attributes strides, dilations, pad_list,
// output_padding, groups
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

// The exporter computes pad_list for every pad_mode.
Operand Conv3DTranspose(Node &node) {
  Value x = node.tensor(0), weights = node.tensor(1);
  expectChannelsFirst(node, "format", Node::none);
  if (!node.expectRank(x, 5, "input 0") || !node.expectRank(weights, 5, "weights"))
    return {};
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("strides", Node::none, Integers{1}), 3, "strides");
  window.dilations = perSpatial(node, node.integers("dilations", Node::none, Integers{1}), 3, "dilations");
  readPads(node, node.integers("pad_list", Node::none, Integers{0}), 3, window);
  Integers added = node.integers("output_padding", Node::none, Integers{0});
  if (added.size() == 5)
    added.erase(added.begin(), added.begin() + 2);
  const int64_t groups = node.integer("groups", Node::none, node.integer("group", Node::none, 1));
  Integers kernel;
  for (int64_t d = 0; d < 3; ++d)
    kernel.push_back(node.staticExtent(weights, 2 + d, "weights"));
  if (node.failed() || !checkWindow(node, kernel, window))
    return {};
  added = outputPadding(node, added, 3, window);
  if (node.failed())
    return {};
  return node.compose.convolveTranspose(x, weights, Value(), window, groups, added);
}

} // namespace wasmind::mindir::ops
