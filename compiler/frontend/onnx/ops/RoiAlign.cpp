#include "compiler/frontend/onnx/ControlFlow.h"

namespace wasmind::onnx {
namespace {

// One spatial dimension of the regions: positions of the samples and how many there are.
struct Span {
  Value first; // [R, out]: where each bin begins
  Value bin;   // [R, 1]: its length
  Value count; // [R, 1]: samples per bin
  Value last;  // the image's extent - 1
};

// The two elements around one sample of every bin: positions (whole floats) and weights, [R, out] each.
struct Neighbours {
  Value positions[2], weights[2];
};

Neighbours neighboursOf(Compose &compose, const Span &span, Value sample) {
  auto number = [&](double value) { return compose.scalar(compose.elementOf(span.bin), value); };
  auto both = [&](Value a, Value b) { return compose.binary(BinaryKind::And, a, b); };
  Value offset = compose.mul(compose.add(sample, number(0.5)), span.bin);
  offset = compose.div(offset, compose.maximum(span.count, number(1)));
  Value at = compose.add(span.first, offset);
  // Up to one element beyond the image the border counts, further out nothing.
  Value isInside = both(compose.compare(CompareKind::GreaterEqual, at, number(-1)),
                        compose.compare(CompareKind::LessEqual, at, compose.add(span.last, number(1))));
  isInside = both(isInside, compose.compare(CompareKind::Less, sample, span.count));
  at = compose.minimum(compose.maximum(at, number(0)), span.last);
  Value low = compose.unary(UnaryKind::Floor, at), part = compose.sub(at, low);
  auto kept = [&](Value weight) { return compose.select(isInside, weight, number(0)); };
  return {{low, compose.minimum(compose.add(low, number(1)), span.last)},
          {kept(compose.sub(number(1), part)), kept(part)}};
}

} // namespace
} // namespace wasmind::onnx

// x [N, C, H, W], rois [R, 4] (x1, y1, x2, y2), the image of each [R]; gives [R, C, output_height, output_width]: the
// mean or the largest of bilinear samples in each bin of a region. Without sampling_ratio the number of samples follows
// from the region, so that a loop runs over them.
WASMIND_ONNX_OPERATOR(RoiAlign) {
  Compose &compose = node.compose();
  Value x = node.input(0), rois = node.input(1), images = node.input(2);
  const int64_t outs[] = {node.integer("output_height", 1), node.integer("output_width", 1)};
  const int64_t ratio = node.integer("sampling_ratio", 0);
  const std::string mode = node.string("mode", "avg"),
                    coordinates = node.string("coordinate_transformation_mode", "half_pixel");
  rois = node.rank(rois) == 2 ? compose.withExtent(rois, 1, compose.getAffineConstantExpr(4)) : Value();
  if (node.rank(x) != 4 || !rois || node.rank(images) != 1)
    return node.fail("X must be [N, C, H, W], rois [R, 4] and batch_indices [R]");
  for (int64_t out : outs)
    if (out < 1 || out > (1 << 20) || ratio < 0 || ratio > (1 << 20))
      return node.fail("output_height, output_width or sampling_ratio is out of range");
  if (mode != "avg" && mode != "max")
    return node.fail("attribute 'mode' = '" + mode + "' is neither avg nor max");
  if (coordinates != "half_pixel" && coordinates != "output_half_pixel")
    return node.fail("attribute 'coordinate_transformation_mode' = '" + coordinates +
                     "' is neither half_pixel nor output_half_pixel");
  const bool isHalfPixel = node.opset() >= 16 && coordinates == "half_pixel", isMean = mode == "avg";

  const Type element = compose.elementOf(x), real = element.isF64() ? compose.getF64Type() : compose.getF32Type();
  mlir::MLIRContext *context = compose.getContext();
  auto constant = [&](int64_t value) { return compose.getAffineConstantExpr(value); };
  auto number = [&](double value) { return compose.scalar(real, value); };
  const Extents image = compose.extentsOf(x);
  const AffineExpr regions = compose.extentsOf(rois)[0],
                   points = graph::productOf({regions, constant(outs[0] * outs[1])}, context);
  for (AffineExpr extent : {image[2], image[3]})
    if (!node.require(extent - 1, "an image of extent '" + node.text(extent) + "'"))
      return Failure();
  Value rows = compose.reshape(compose.transpose(x, {0, 2, 3, 1}),
                               {graph::productOf({image[0], image[2], image[3]}, context), image[1]});
  rows = compose.cast(rows, real);
  Value scaled = compose.mul(compose.cast(rois, real), number(node.real("spatial_scale", 1.0)));
  if (isHalfPixel)
    scaled = compose.sub(scaled, number(0.5));
  Value first = compose.reshape(compose.cast(images, compose.getI64Type()), {regions, constant(1), constant(1)});
  if (!rows || !scaled || !first)
    return Failure();

  Span spans[2]; // along H and W
  Value largest[2];
  for (int dim : {0, 1}) {
    auto corner = [&](int64_t i) { return compose.sliceDim(scaled, 1, constant(i), constant(1)); };
    Value start = corner(1 - dim), size = compose.sub(corner(3 - dim), start);
    if (!isHalfPixel)
      size = compose.maximum(size, number(1));
    Span &span = spans[dim];
    span.bin = compose.div(size, number(double(outs[dim])));
    span.count = ratio > 0 ? compose.splat({regions, constant(1)}, real, double(ratio))
                           : compose.unary(UnaryKind::Ceil, span.bin);
    Value bins = graph::IotaOp::create(compose, compose.getLoc(), mlir::RankedTensorType::get({1, outs[dim]}, real), 1);
    span.first = compose.add(start, compose.mul(bins, span.bin));
    span.last = compose.cast(compose.extent(image[2 + dim] - 1), real);
    largest[dim] =
        ratio > 0 ? compose.scalar(compose.getI64Type(), double(ratio))
                  : compose.cast(compose.maximum(compose.reduce(ReduceKind::Max, span.count, {0, 1}, false), number(0)),
                                 compose.getI64Type());
  }
  const Value height = compose.extent(image[2]), width = compose.extent(image[3]);
  const double nothing = isMean ? 0 : -std::numeric_limits<double>::infinity();
  auto results = emitLoop(
      node, compose.mul(largest[0], largest[1]), Value(), AffineExpr(),
      {compose.splat({points, image[1]}, real, nothing)},
      [&](Value iteration, llvm::ArrayRef<Value> carried) -> std::optional<Iteration> {
        Value row = compose.div(iteration, largest[1]);
        Value samples[] = {compose.cast(row, real),
                           compose.cast(compose.sub(iteration, compose.mul(row, largest[1])), real)};
        Neighbours around[] = {neighboursOf(compose, spans[0], samples[0]),
                               neighboursOf(compose, spans[1], samples[1])};
        Value total;
        for (int i : {0, 1})
          for (int j : {0, 1}) {
            auto spread = [&](Value y, Value x, auto join) {
              return join(compose.unsqueeze(y, {2}), compose.unsqueeze(x, {1}));
            };
            Value weight =
                spread(around[0].weights[i], around[1].weights[j], [&](Value y, Value x) { return compose.mul(y, x); });
            Value index = spread(around[0].positions[i], around[1].positions[j], [&](Value y, Value x) {
              Value line = compose.add(compose.mul(first, height), compose.cast(y, compose.getI64Type()));
              return compose.add(compose.mul(line, width), compose.cast(x, compose.getI64Type()));
            });
            Value term = compose.mul(compose.gather(rows, compose.reshape(index, {points}), 0),
                                     compose.reshape(weight, {points, constant(1)}));
            total = !total ? term : isMean ? compose.add(total, term) : compose.maximum(total, term);
          }
        Value next = isMean ? compose.add(carried[0], total) : compose.maximum(carried[0], total);
        if (!isMean) { // regions with fewer samples than others are done earlier
          auto isLeft = [&](int dim) { return compose.compare(CompareKind::Less, samples[dim], spans[dim].count); };
          Value left = compose.broadcastTo(compose.binary(BinaryKind::And, isLeft(0), isLeft(1)),
                                           {regions, constant(outs[0] * outs[1])});
          next = compose.select(compose.reshape(left, {points, constant(1)}), next, carried[0]);
        }
        return Iteration{Value(), {next}, {}};
      });
  if (!results)
    return Failure();
  Value result = results->front();
  if (isMean) {
    Value count = compose.maximum(compose.mul(spans[0].count, spans[1].count), number(1));
    count = compose.broadcastTo(count, {regions, constant(outs[0] * outs[1])});
    result = compose.div(result, compose.reshape(count, {points, constant(1)}));
  } else { // no sample at all
    result = compose.select(compose.compare(CompareKind::Equal, result, number(nothing)), number(0), result);
  }
  result = compose.reshape(compose.cast(result, element), {regions, constant(outs[0]), constant(outs[1]), image[1]});
  return compose.transpose(result, {0, 3, 1, 2});
}
