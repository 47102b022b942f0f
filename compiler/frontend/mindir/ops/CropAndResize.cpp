//===- CropAndResize.cpp -----------------------------------------------------------------------------------------===//
//
// CropAndResize(images [N, H, W, C], boxes [R, 4], image of each, size): parts of images in one size
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Regions.h"

namespace wasmind::mindir::ops {

// Attributes method (bilinear, nearest) and extrapolation_value, which stands where a box leaves its image. Boxes are
// y1, x1, y2, x2 in 0..1 from the first to the last pixel.
Operand CropAndResize(Node &node) {
  Value x = node.tensor(0), boxes = node.tensor(1), images = node.tensor(2);
  const Integers size = node.integers("crop_size", 3);
  const llvm::StringRef method = node.text("method", Node::none, "bilinear");
  const double outside = node.number("extrapolation_value", Node::none, 0.0);
  if (!node.expectRank(x, 4, "input 0") || !node.expectRank(boxes, 2, "boxes") || node.failed())
    return {};
  if (method != "bilinear" && method != "nearest")
    return node.fail("method '" + method + "' is neither bilinear nor nearest");
  if (size.size() != 2 || size[0] < 1 || size[1] < 1 || size[0] > (1 << 16) || size[1] > (1 << 16) ||
      node.staticExtent(boxes, 1, "boxes") != 4 || node.rank(images) != 1)
    return node.fail("crop_size must have 2 entries, boxes [R, 4] and the images [R]");
  Compose &b = node.compose;
  const Type real = b.getF32Type(), i64 = b.getI64Type();
  const Extents image = b.extentsOf(x);
  node.expectEqual(b.extentsOf(boxes)[0], b.extentsOf(images)[0], "there are not as many boxes as images of boxes");
  for (AffineExpr extent : image)
    node.expectAtLeast(extent, 1, "an image of extent '" + node.text(extent) + "'");
  if (node.failed())
    return {};
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  auto number = [&](double value) { return b.scalar(real, value); };
  auto column = [&](int64_t i) { return b.sliceDim(b.cast(boxes, real), 1, constant(i), constant(1)); }; // [R, 1]
  Value areInside[2];                                                                                    // [R, size]
  auto along = [&](int64_t d) {
    Value last = b.cast(b.extent(image[1 + d] - 1), real), low = column(d), high = column(2 + d), at;
    if (size[d] == 1) {
      at = b.mul(b.mul(b.add(low, high), number(0.5)), last);
    } else {
      Value place = b.cast(
          graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({constant(1), constant(size[d])}, i64), 1), real);
      Value step = b.div(b.mul(b.sub(high, low), last), number(double(size[d] - 1)));
      at = b.add(b.mul(low, last), b.mul(place, step));
    }
    areInside[d] = b.binary(BinaryKind::And, b.compare(CompareKind::GreaterEqual, at, number(0)),
                            b.compare(CompareKind::LessEqual, at, last));
    if (method == "bilinear")
      return neighboursOf(b, at, last);
    at = b.minimum(b.maximum(at, number(0)), last);
    return RegionAxis{{b.unary(UnaryKind::Floor, b.add(at, number(0.5)))}, {}};
  };
  const RegionAxis rows = along(0), columns = along(1);
  Value sum = sampleRegions(b, x, b.unsqueeze(images, {1}), rows, columns);
  Value isInside = b.binary(BinaryKind::And, b.unsqueeze(areInside[0], {2}), b.unsqueeze(areInside[1], {1}));
  return b.select(b.unsqueeze(isInside, {3}), sum, number(outside));
}

} // namespace wasmind::mindir::ops
