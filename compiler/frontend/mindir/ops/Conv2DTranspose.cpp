//===- Conv2DTranspose.cpp ----------------------------------------------------------------------------------------===//
//
// Conv2DTranspose(x [N, O, H, W], w [O, C / group, KH, KW], size): gradient of Conv2D
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv2DTranspose(Node &node) {
  Value x = node.tensor(0), weights = node.tensor(1);
  expectChannelsFirst(node, "format", Node::none);
  if (!node.expectRank(x, 4, "input 0") || !node.expectRank(weights, 4, "weights"))
    return {};
  Integers kernel{node.staticExtent(weights, 2, "weights"), node.staticExtent(weights, 3, "weights")};
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("stride", Node::none, Integers{1}), 2, "stride");
  window.dilations = perSpatial(node, node.integers("dilation", Node::none, Integers{1}), 2, "dilation");
  Integers pads = node.integers("pad_list", Node::none, node.integers("pad", Node::none, Integers{0}));
  if (pads.size() == 1)
    pads.assign(4, pads.front());
  Extents size = node.expressions("input_sizes", 2);
  if (!node.failed() && (pads.size() != 4 || size.size() != 4))
    return node.fail("the pads or the result's size have not 4 entries");
  int64_t groups = node.integer("group", Node::none, node.integer("groups", Node::none, 1));
  if (node.failed())
    return {};
  if (!checkWindow(node, kernel, window))
    return {};
  Integers added;
  for (unsigned d = 0; d < 2; ++d) {
    const int64_t span = window.dilations[d] * (kernel[d] - 1) + 1;
    const AffineExpr reach = (node.compose.extentsOf(x)[2 + d] - 1) * window.strides[d] + span;
    const AffineExpr out = size[2 + d];
    auto fail = [&] {
      return node.fail("a result extent of '" + node.text(out) + "' does not follow from the input's, '" +
                       node.text(node.compose.extentsOf(x)[2 + d]) + "'");
    };
    // The exporter writes -1 for pads of mode `same` that follow from open extents.
    int64_t low = pads[2 * d], high = pads[2 * d + 1];
    auto excess = graph::constantOf(graph::normalise(reach - out));
    if (low < 0 || high < 0) {
      if (!excess)
        return fail();
      low = std::max<int64_t>(*excess, 0) / 2;
      high = std::max<int64_t>(*excess, 0) - low;
    }
    // Several sizes give one input size when the stride is above 1: the result's decides how much is added at the end.
    if (!excess || low + high - *excess < -high || low + high - *excess >= window.strides[d] + high)
      return fail();
    window.padLow.push_back(low);
    window.padHigh.push_back(high);
    added.push_back(low + high - *excess);
  }
  if (!checkWindow(node, kernel, window))
    return {};
  if (node.failed())
    return {};
  return node.compose.convolveTranspose(x, weights, Value(), window, groups, added);
}

} // namespace wasmind::mindir::ops
