//===- DeformableOffsets.cpp --------------------------------------------------------------------------------------===//
//
// DeformableOffsets(x [N, C, H, W], offsets [N, 3 * groups * KH * KW, OH, OW]), attributes strides, pads, ksize,
// dilations, deformable_groups: what the taps of a deformable convolution meet, [N, C, OH * KH, OW * KW]. Along the
// channels, offsets hold the taps' moves in x, those in y, and their weights.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand DeformableOffsets(Node &node) {
  Value x = node.tensor(0), offsets = node.tensor(1);
  expectChannelsFirst(node, "format", Node::none);
  expectChannelsFirst(node, "data_format", Node::none);
  const Integers kernel = node.integers("ksize", Node::none);
  const int64_t groups = node.integer("deformable_groups", Node::none, 1);
  if (!node.expectRank(x, 4, "input 0") || !node.expectRank(offsets, 4, "offsets") || node.failed())
    return {};
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("strides", Node::none), 2, "strides");
  window.dilations = perSpatial(node, node.integers("dilations", Node::none, Integers{1}), 2, "dilations");
  readPads(node, node.integers("pads", Node::none), 2, window);
  if (node.failed() || kernel.size() != 2 || !checkFit(node, x, kernel, window))
    return node.fail("ksize must have 2 entries");
  Compose &b = node.compose;
  const Extents image = b.extentsOf(x), given = b.extentsOf(offsets);
  const int64_t channels = node.staticExtent(x, 1, "input 0"), taps = kernel[0] * kernel[1];
  if (node.failed() || groups < 1 || channels % groups != 0 ||
      node.staticExtent(offsets, 1, "offsets") != 3 * groups * taps)
    return node.fail("channels, offsets, ksize and deformable_groups do not fit one another");
  node.expectEqual(image[0], given[0], "x and offsets have different batches");
  for (int64_t d : {0, 1}) {
    node.expectAtLeast(image[2 + d], 1, "an image of extent '" + node.text(image[2 + d]) + "'");
    const AffineExpr room =
        image[2 + d] + window.padLow[d] + window.padHigh[d] - (window.dilations[d] * (kernel[d] - 1) + 1);
    node.expectEqual(room.floorDiv(window.strides[d]) + 1, given[2 + d],
                     "the offsets do not have the result's extents");
  }
  if (node.failed())
    return {};

  // All in the order [N, groups, KH, KW, OH, OW].
  const Type element = node.element(x), real = element.isF64() ? element : Type(b.getF32Type());
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  auto number = [&](double value) { return b.scalar(real, value); };
  offsets = b.reshape(b.cast(offsets, real), {image[0], constant(3), constant(groups), constant(kernel[0]),
                                              constant(kernel[1]), given[2], given[3]});
  auto part = [&](int64_t i) { return b.squeeze(b.sliceDim(offsets, 1, constant(i), constant(1)), {1}); };
  auto places = [&](int64_t dim, AffineExpr extent, double scale) {
    Extents line(6, constant(1));
    line[dim] = extent;
    Value at = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(line, b.getI32Type()), dim);
    return b.mul(b.cast(at, real), number(scale));
  };
  struct Corner {
    Value index, weight;
  };
  llvm::SmallVector<Corner> corners{{}};
  for (int64_t d : {0, 1}) {
    Value at = b.add(places(4 + d, given[2 + d], double(window.strides[d])),
                     places(2 + d, constant(kernel[d]), double(window.dilations[d])));
    at = b.add(b.sub(at, number(double(window.padLow[d]))), part(1 - d));
    Value whole = b.unary(UnaryKind::Floor, at), share = b.sub(at, whole);
    Value last = b.cast(b.extent(image[2 + d] - 1), real), extent = b.cast(b.extent(image[2 + d]), b.getI32Type());
    llvm::SmallVector<Corner> next;
    for (const Corner &corner : corners)
      for (bool isHigh : {false, true}) {
        Value place = isHigh ? b.add(whole, number(1)) : whole, weight = isHigh ? share : b.sub(number(1), share);
        Value inside = b.minimum(b.maximum(place, number(0)), last);
        weight = b.select(b.compare(CompareKind::Equal, inside, place), weight, number(0));
        Value index = b.cast(inside, b.getI32Type());
        next.push_back(corner.index ? Corner{b.add(b.mul(corner.index, extent), index), b.mul(corner.weight, weight)}
                                    : Corner{index, weight});
      }
    corners = next;
  }
  // Pixels of one group after the other, its channels last, so that a place takes a whole row.
  const AffineExpr pixels = graph::productOf({image[2], image[3]}, b.getContext()), entries = image[0] * groups,
                   all = graph::productOf({constant(taps), given[2], given[3]}, b.getContext());
  Value rows = b.reshape(b.cast(x, real), {entries, constant(channels / groups), pixels});
  rows = b.transpose(rows, {0, 2, 1});
  Value sum;
  for (const Corner &corner : corners) {
    Value index = b.reshape(corner.index, {entries, all}),
          weight = b.reshape(corner.weight, {entries, all, constant(1)});
    Value term = b.mul(b.gather(rows, index, 1, /*batchDims=*/1), weight);
    sum = sum ? b.add(sum, term) : term;
  }
  sum = b.mul(sum, b.reshape(part(2), {entries, all, constant(1)}));
  sum = b.reshape(sum, {image[0], constant(groups), constant(kernel[0]), constant(kernel[1]), given[2], given[3],
                        constant(channels / groups)});
  sum = b.transpose(sum, {0, 1, 6, 4, 2, 5, 3});
  return b.cast(b.reshape(sum, {image[0], constant(channels), given[2] * kernel[0], given[3] * kernel[1]}), element);
}

} // namespace wasmind::mindir::ops
