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
  window.padLow = {pads[0], pads[2]};
  window.padHigh = {pads[1], pads[3]};
  if (!checkWindow(node, kernel, window))
    return {};
  // Several sizes give one input size when the stride is above 1: the result's decides how much is added at the end.
  Integers added;
  for (unsigned d = 0; d < 2; ++d) {
    const AffineExpr plain = (node.compose.extentsOf(x)[2 + d] - 1) * window.strides[d] +
                             (window.dilations[d] * (kernel[d] - 1) + 1 - pads[2 * d] - pads[2 * d + 1]);
    auto more = graph::constantOf(graph::normalise(size[2 + d] - plain));
    if (!more || *more < -pads[2 * d + 1] || *more >= window.strides[d] + pads[2 * d + 1])
      return node.fail("a result extent of '" + node.text(size[2 + d]) + "' does not follow from the input's, '" +
                       node.text(plain) + "'");
    added.push_back(*more);
  }
  if (node.failed())
    return {};
  return node.compose.convolveTranspose(x, weights, Value(), window, groups, added);
}

} // namespace wasmind::mindir::ops
