//===- Col2Im.cpp ------------------------------------------------------------------------------------------------===//
//
// Col2Im(x [N, C, KH * KW, L], output_size), attributes kernel_size, dilation, padding, stride: sums of patches
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Col2Im(Node &node) {
  Value x = node.tensor(0);
  const Integers size = node.integers("output_size", 1);
  auto pair = [&](llvm::StringRef name, int64_t otherwise) {
    return perSpatial(node, node.integers(name, Node::none, Integers{otherwise}), 2, name);
  };
  const Integers kernel = pair("kernel_size", 1), dilations = pair("dilation", 1), pads = pair("padding", 0),
                 strides = pair("stride", 1);
  if (!node.expectRank(x, 4, "input 0") || node.failed() || size.size() != 2)
    return node.fail("output_size has not 2 entries");
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x);
  Integers padded, patches;
  for (int64_t d = 0; d < 2; ++d) {
    if (size[d] < 1 || size[d] > (1 << 16) || kernel[d] < 1 || kernel[d] > (1 << 10) || dilations[d] < 1 ||
        dilations[d] > (1 << 16) || strides[d] < 1 || strides[d] > (1 << 16) || pads[d] < 0 || pads[d] > (1 << 16))
      return node.fail("a size is out of range");
    padded.push_back(size[d] + 2 * pads[d]);
    const int64_t span = dilations[d] * (kernel[d] - 1) + 1;
    patches.push_back(padded[d] < span ? 0 : (padded[d] - span) / strides[d] + 1);
  }
  const int64_t taps = kernel[0] * kernel[1], count = patches[0] * patches[1];
  if (node.staticExtent(x, 2, "input 0") != taps || node.staticExtent(x, 3, "input 0") != count || count < 1)
    return node.fail("x is not [N, C, " + llvm::Twine(taps) + ", " + llvm::Twine(count) + "], as the sizes say");
  if (padded[0] * padded[1] > (int64_t(1) << 30) || taps * count > (int64_t(1) << 24))
    return node.fail("a size is out of range");
  // Element (tap, patch) lies at the patch's corner plus the tap's distance: a sum over four dimensions.
  auto line = [&](int64_t dim, int64_t extent, int64_t step) {
    Extents shape(4, b.getAffineConstantExpr(1));
    shape[dim] = b.getAffineConstantExpr(extent);
    Value iota = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(shape, b.getI64Type()), dim);
    return b.mul(iota, b.scalarLike(iota, double(step)));
  };
  const int64_t width = padded[1];
  Value places = b.add(b.add(line(0, kernel[0], dilations[0] * width), line(1, kernel[1], dilations[1])),
                       b.add(line(2, patches[0], strides[0] * width), line(3, patches[1], strides[1])));
  places = b.reshape(places, llvm::ArrayRef<int64_t>{taps * count, 1});
  const AffineExpr images = graph::normalise(extents[0] * extents[1]), all = b.getAffineConstantExpr(taps * count);
  Value updates = b.transpose(b.reshape(x, {images, all}), {1, 0});
  Value sums =
      b.scatterNd(ScatterKind::Add, b.splat({b.getAffineConstantExpr(padded[0] * width), images}, node.element(x), 0),
                  places, updates);
  sums = b.reshape(b.transpose(sums, {1, 0}),
                   {extents[0], extents[1], b.getAffineConstantExpr(padded[0]), b.getAffineConstantExpr(width)});
  for (int64_t d = 0; d < 2; ++d)
    sums = b.sliceDim(sums, 2 + d, b.getAffineConstantExpr(pads[d]), b.getAffineConstantExpr(size[d]));
  return sums;
}

} // namespace wasmind::mindir::ops
