//===- ROIAlign.cpp ----------------------------------------------------------------------------------------------===//
//
// ROIAlign(x [N, C, H, W], rois [R, 5]): means of bilinear samples in the bins of each region
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Regions.h"

namespace wasmind::mindir::ops {

// Attributes pooled_height, pooled_width, spatial_scale, sample_num, roi_end_mode. A region is its image, x1, y1, x2,
// y2; with roi_end_mode 1 the last pixel belongs to it.
Operand ROIAlign(Node &node) {
  Value x = node.tensor(0), rois = node.tensor(1);
  const int64_t outs[] = {node.integer("pooled_height", 2), node.integer("pooled_width", 3)};
  const double scale = node.number("spatial_scale", 4);
  const int64_t samples = node.integer("sample_num", 5, 2), endMode = node.integer("roi_end_mode", 6, 1);
  if (!node.expectRank(x, 4, "input 0") || !node.expectRank(rois, 2, "rois") || node.failed())
    return {};
  if (samples < 1)
    return node.fail("sample_num must be at least 1: how many samples a region wants of itself is not supported");
  if (node.staticExtent(rois, 1, "rois") != 5 || outs[0] < 1 || outs[1] < 1 || outs[0] > (1 << 12) ||
      outs[1] > (1 << 12) || samples > (1 << 12) || endMode < 0 || endMode > 1)
    return node.fail("rois must be [R, 5], pooled_height, pooled_width, sample_num and roi_end_mode in range");
  Compose &b = node.compose;
  const Type element = node.element(x), real = b.getF32Type();
  const Extents image = b.extentsOf(x);
  const AffineExpr regions = b.extentsOf(rois)[0];
  for (AffineExpr extent : image)
    node.expectAtLeast(extent, 1, "an image of extent '" + node.text(extent) + "'");
  if (node.failed())
    return {};
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  auto number = [&](double value) { return b.scalar(real, value); };
  auto column = [&](int64_t i) { return b.sliceDim(b.cast(rois, real), 1, constant(i), constant(1)); }; // [R, 1]

  // Every sample of every bin.
  auto along = [&](int64_t d) {
    Value low = b.mul(column(d == 0 ? 2 : 1), number(scale));
    Value high = b.mul(b.add(column(d == 0 ? 4 : 3), number(double(endMode))), number(scale));
    Value bin = b.div(b.maximum(b.sub(high, low), number(1)), number(double(outs[d])));
    const AffineExpr count = constant(outs[d] * samples);
    Value sample = b.cast(
        graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({constant(1), count}, b.getI32Type()), 1), real);
    Value at = b.add(low, b.mul(bin, b.div(b.add(sample, number(0.5)), number(double(samples)))));
    Value last = b.cast(b.extent(image[2 + d] - 1), real);
    // Up to one element beyond the image the border counts, further out nothing.
    Value isInside = b.binary(BinaryKind::And, b.compare(CompareKind::GreaterEqual, at, number(-1)),
                              b.compare(CompareKind::LessEqual, at, b.add(last, number(1))));
    RegionAxis axis = neighboursOf(b, at, last);
    for (Value &weight : axis.weights)
      weight = b.select(isInside, weight, number(0));
    return axis;
  };
  const RegionAxis rows = along(0), columns = along(1);
  Value sum = sampleRegions(b, b.transpose(x, {0, 2, 3, 1}), column(0), rows, columns);
  sum = b.reshape(sum, {regions, constant(outs[0]), constant(samples), constant(outs[1]), constant(samples), image[1]});
  return b.cast(b.transpose(b.mean(sum, {2, 4}, /*keepDims=*/false), {0, 3, 1, 2}), element);
}

} // namespace wasmind::mindir::ops
