#include "compiler/frontend/onnx/Windows.h"

namespace wasmind::onnx {
namespace {

// Where elements are sampled: positions [N * offset groups, taps * points] of rows, and their weights.
struct Corner {
  Value index, weight;
};

} // namespace
} // namespace wasmind::onnx

// X [N, C, H, W], W [O, C / group, kH, kW], offset [N, offset_group * kH * kW * 2, oH, oW], B [O], mask
// [N, offset_group * kH * kW, oH, oW]: a convolution whose taps are moved by the offsets and read by linear
// interpolation, zero outside the image.
WASMIND_ONNX_OPERATOR(DeformConv) {
  Compose &compose = node.compose();
  Value x = node.input(0), w = node.input(1), offset = node.input(2), bias = node.input(3), mask = node.input(4);
  auto weights = node.staticExtents(w);
  if (!weights || weights->size() < 3)
    return node.fail("the weights must have a static shape of rank 3 or more");
  const Integers kernel(weights->begin() + 2, weights->end());
  const int64_t spatial = kernel.size(), groups = node.integer("group", 1),
                offsetGroups = node.integer("offset_group", 1);
  if (node.integers("kernel_shape", kernel) != kernel)
    return node.fail("attribute 'kernel_shape' differs from the weights' shape");
  auto window = windowOf(node, x, kernel);
  if (!window || !checkFit(node, x, kernel, *window))
    return Failure();
  const Extents image = compose.extentsOf(x), result = compose.extentsOf(offset);
  auto channels = node.staticExtent(x, 1);
  if (!channels || groups < 1 || offsetGroups < 1 || *channels % groups != 0 || *channels % offsetGroups != 0 ||
      (*weights)[0] % groups != 0 || (*weights)[1] != *channels / groups)
    return node.fail("channels, weights, group and offset_group do not fit one another");
  mlir::MLIRContext *context = compose.getContext();
  auto constant = [&](int64_t value) { return compose.getAffineConstantExpr(value); };
  int64_t taps = 1;
  for (int64_t extent : kernel)
    taps *= extent;
  Extents points; // of the result
  for (int64_t i = 0; i < spatial; ++i) {
    if (!node.ensureAtLeast(image[i + 2], 1))
      return node.fail("an image of extent '" + node.text(image[i + 2]) + "'");
    points.push_back(
        (image[i + 2] + (window->padLow[i] + window->padHigh[i] - window->dilations[i] * (kernel[i] - 1) - 1))
            .floorDiv(window->strides[i]) +
        1);
  }
  auto fits = [&](Value value, int64_t rows) {
    const Extents extents = compose.extentsOf(value);
    if (int64_t(extents.size()) != spatial + 2 || !compose.equate(extents[0], image[0]) ||
        !compose.equate(extents[1], constant(rows)))
      return false;
    return llvm::all_of(llvm::zip(llvm::drop_begin(extents, 2), points),
                        [&](auto pair) { return compose.equate(std::get<0>(pair), std::get<1>(pair)); });
  };
  if (!fits(offset, offsetGroups * taps * spatial))
    return node.fail("offset is " + node.text(offset.getType()) + ", which does not fit the result's shape");
  if (mask && !fits(mask, offsetGroups * taps))
    return node.fail("mask is " + node.text(mask.getType()) + ", which does not fit the result's shape");

  const Type element = compose.elementOf(x), real = element.isF64() ? element : compose.getF32Type();
  const AffineExpr pixels = graph::productOf(llvm::ArrayRef(image).drop_front(2), context),
                   area = graph::productOf(points, context), entries = image[0] * offsetGroups;
  const int64_t inGroup = *channels / offsetGroups;
  auto number = [&](double value) { return compose.scalar(real, value); };
  // Channels last, so that one position takes a whole row.
  Value rows = compose.reshape(compose.cast(x, real), {entries, constant(inGroup), pixels});
  rows = compose.transpose(rows, {0, 2, 1});
  Extents shape{entries, constant(taps), constant(spatial)};
  llvm::append_range(shape, points);
  offset = compose.reshape(compose.cast(offset, real), shape);
  llvm::SmallVector<Corner> corners{{}};
  for (int64_t dim = 0; dim < spatial; ++dim) {
    // Along this dimension: start of the window, place of the tap in it, and the offset.
    Extents along(spatial + 2, constant(1));
    along[dim + 2] = points[dim];
    Value start = graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(along, real), dim + 2);
    start = compose.add(compose.mul(start, number(double(window->strides[dim]))), number(-double(window->padLow[dim])));
    int64_t inner = 1;
    for (int64_t extent : llvm::drop_begin(kernel, dim + 1))
      inner *= extent;
    llvm::SmallVector<float> places;
    for (int64_t tap = 0; tap < taps; ++tap)
      places.push_back(float(tap / inner % kernel[dim] * window->dilations[dim]));
    llvm::ArrayRef<float> all(places);
    Value tap = graph::makeConstant(
        compose, compose.getLoc(), mlir::RankedTensorType::get({taps}, compose.getF32Type()),
        llvm::ArrayRef<char>(reinterpret_cast<const char *>(all.data()), all.size() * sizeof(float)));
    Integers spread(spatial + 2, 1);
    spread[1] = taps;
    Value moved = compose.squeeze(compose.sliceDim(offset, 2, constant(dim), constant(1)), {2});
    Value at = compose.add(compose.add(start, compose.reshape(compose.cast(tap, real), spread)), moved);
    Value whole = compose.unary(UnaryKind::Floor, at), part = compose.sub(at, whole);
    Value last = compose.cast(compose.extent(image[dim + 2] - 1), real);
    llvm::SmallVector<Corner> next;
    for (const Corner &corner : corners)
      for (int64_t side : {0, 1}) {
        Value place = side ? compose.add(whole, number(1)) : whole;
        Value weight = side ? part : compose.sub(number(1), part);
        Value inside = compose.minimum(compose.maximum(place, number(0)), last);
        weight = compose.select(compose.compare(CompareKind::Equal, inside, place), weight, number(0));
        Value index = compose.cast(inside, compose.getI32Type());
        if (corner.index) {
          Value extent = compose.cast(compose.extent(image[dim + 2]), compose.getI32Type());
          index = compose.add(compose.mul(corner.index, extent), index);
          weight = compose.mul(corner.weight, weight);
        }
        next.push_back({index, weight});
      }
    corners = next;
  }
  if (node.bounds(pixels).max > INT32_MAX)
    return node.fail("an image of '" + node.text(pixels) + "' elements");
  Value sum;
  for (const Corner &corner : corners) {
    Value index = compose.reshape(corner.index, {entries, constant(taps) * area});
    Value weight = compose.reshape(corner.weight, {entries, constant(taps) * area, constant(1)});
    Value term = compose.mul(compose.gather(rows, index, 1, /*batchDims=*/1), weight);
    sum = sum ? compose.add(sum, term) : term;
  }
  if (mask)
    sum = compose.mul(sum, compose.reshape(compose.cast(mask, real), {entries, constant(taps) * area, constant(1)}));
  // [N, offset groups, taps, points, C / offset groups] -> [group, N * points, C / group * taps], times the weights.
  const int64_t outputs = (*weights)[0] / groups, inputs = *channels / groups;
  sum = compose.reshape(sum, {image[0], constant(offsetGroups), constant(taps), area, constant(inGroup)});
  sum = compose.reshape(compose.transpose(sum, {0, 3, 1, 4, 2}),
                        {image[0] * area, constant(groups), constant(inputs * taps)});
  Value filters = compose.reshape(compose.cast(w, real), Integers{groups, outputs, inputs * taps});
  Value product = compose.matmul(compose.transpose(sum, {1, 0, 2}), filters, false, /*transposeB=*/true);
  product = compose.reshape(compose.transpose(product, {1, 0, 2}), {image[0], area, constant(groups * outputs)});
  if (bias)
    product = compose.add(product, compose.cast(bias, real));
  Extents finalShape{image[0], constant(groups * outputs)};
  llvm::append_range(finalShape, points);
  return compose.cast(compose.reshape(compose.transpose(product, {0, 2, 1}), finalShape), element);
}
