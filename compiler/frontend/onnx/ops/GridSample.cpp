#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {
namespace {

// What one dimension contributes to an output element: positions in the input and their weights, [N, P] each.
struct Tap {
  Value index, weight; // weight null: 1
  Value isInside;      // null: always
};

// Coordinates along one dimension of `extent` elements (`last` = extent - 1), all of them floats.
struct Axis {
  Compose &compose;
  Value last;
  bool alignsCorners;
  std::string padding;

  Value number(double value) { return compose.scalar(compose.elementOf(last), value); }
  // Normalised -1..1 to 0..last between the centres of the outer elements, or to -1/2..last + 1/2 between their
  // borders.
  Value denormalise(Value x) {
    x = compose.add(x, number(1));
    if (alignsCorners)
      return compose.mul(compose.div(x, number(2)), last);
    return compose.div(compose.sub(compose.mul(x, compose.add(last, number(1))), number(1)), number(2));
  }
  // Folds what lies outside back in, at the outer elements' centres or borders.
  Value reflect(Value x) {
    Value low = number(alignsCorners ? 0 : -0.5);
    Value range = alignsCorners ? compose.maximum(last, number(1)) : compose.add(last, number(1));
    Value period = compose.mul(range, number(2)), distance = compose.unary(UnaryKind::Abs, compose.sub(x, low));
    Value folds = compose.unary(UnaryKind::Floor, compose.div(distance, period));
    Value rest = compose.sub(distance, compose.mul(folds, period));
    return compose.add(compose.minimum(rest, compose.sub(period, rest)), low);
  }
  Value clamp(Value x) { return compose.minimum(compose.maximum(x, number(0)), last); }
  Value bring(Value x) { return padding == "border" ? clamp(x) : padding == "reflection" ? reflect(x) : x; }

  Tap at(Value whole, Value weight, Type integer) {
    Tap tap{Value(), weight, Value()};
    if (padding == "zeros")
      tap.isInside = compose.compare(CompareKind::Equal, clamp(whole), whole);
    else
      whole = bring(whole);
    tap.index = compose.cast(clamp(whole), integer);
    return tap;
  }

  // Keys' cubic convolution with a = -3/4, at distances 1 + t, t, 1 - t and 2 - t.
  llvm::SmallVector<Value, 4> cubicWeights(Value t) {
    constexpr double a = -0.75;
    Value rest = compose.sub(number(1), t);
    auto polynomial = [&](Value d, std::initializer_list<double> coefficients) {
      Value sum;
      for (double coefficient : coefficients)
        sum = sum ? compose.add(compose.mul(sum, d), number(coefficient)) : number(coefficient);
      return sum;
    };
    auto near = [&](Value d) { return polynomial(d, {a + 2, -(a + 3), 0, 1}); };
    auto far = [&](Value d) { return polynomial(compose.add(d, number(1)), {a, -5 * a, 8 * a, -4 * a}); };
    return {far(t), near(t), near(rest), far(rest)};
  }

  llvm::SmallVector<Tap, 4> taps(Value x, llvm::StringRef mode, Type integer) {
    x = denormalise(x);
    if (mode == "nearest")
      return {at(bring(compose.unary(UnaryKind::Round, x)), Value(), integer)};
    // Cubic taps are held at the border one by one, as PyTorch does it.
    if (mode != "cubic" || padding != "border")
      x = bring(x);
    Value whole = compose.unary(UnaryKind::Floor, x), part = compose.sub(x, whole);
    auto next = [&](double offset) { return compose.add(whole, number(offset)); };
    if (mode == "linear")
      return {at(whole, compose.sub(number(1), part), integer), at(next(1), part, integer)};
    llvm::SmallVector<Tap, 4> taps;
    for (auto [i, weight] : llvm::enumerate(cubicWeights(part)))
      taps.push_back(at(next(double(i) - 1), weight, integer));
    return taps;
  }
};

} // namespace
} // namespace wasmind::onnx

// x [N, C, spatial...] at grid [N, result..., spatial count], whose last dimension holds coordinates from the last to
// the first spatial dimension; gives [N, C, result...].
WASMIND_ONNX_OPERATOR(GridSample) {
  Compose &compose = node.compose();
  Value x = node.input(0), grid = node.input(1);
  const int64_t rank = node.rank(x), spatial = rank - 2;
  std::string mode = node.string("mode", "linear");
  mode = mode == "bilinear" ? "linear" : mode == "bicubic" ? "cubic" : mode; // before opset 20
  const std::string padding = node.string("padding_mode", "zeros");
  if (spatial < 1 || node.rank(grid) != rank || node.staticExtent(grid, rank - 1) != spatial)
    return node.fail("X must be [N, C, spatial...] and grid [N, result..., number of spatial dimensions]");
  if (mode != "linear" && mode != "nearest" && mode != "cubic")
    return node.fail("attribute 'mode' = '" + mode + "' is not one of linear, nearest, cubic");
  if (mode == "cubic" && spatial != 2)
    return node.fail("attribute 'mode' = 'cubic' takes images of 2 spatial dimensions, not " + llvm::Twine(spatial));
  if (padding != "zeros" && padding != "border" && padding != "reflection")
    return node.fail("attribute 'padding_mode' = '" + padding + "' is not one of zeros, border, reflection");
  const Type element = compose.elementOf(x);
  if (mode != "nearest" && !mlir::isa<mlir::FloatType>(element))
    return node.fail("attribute 'mode' = '" + mode + "' takes floats");

  mlir::MLIRContext *context = compose.getContext();
  const Extents image = compose.extentsOf(x), result = compose.extentsOf(grid);
  llvm::ArrayRef<AffineExpr> imageDims = llvm::ArrayRef(image).drop_front(2);
  const AffineExpr count = graph::productOf(imageDims, context),
                   points = graph::productOf(llvm::ArrayRef(result).drop_front().drop_back(), context);
  for (AffineExpr extent : imageDims)
    if (!node.require(extent - 1, "an image of extent '" + node.text(extent) + "'"))
      return Failure();
  const Type integer = node.bounds(count).max < INT32_MAX ? compose.getI32Type() : compose.getI64Type();
  const Type real = element.isF64() ? compose.getF64Type() : compose.getF32Type();
  auto constant = [&](int64_t value) { return compose.getAffineConstantExpr(value); };

  // Channels last, so that one element of the grid takes a whole row.
  Integers order{0};
  for (int64_t dim = 2; dim < rank; ++dim)
    order.push_back(dim);
  order.push_back(1);
  Value rows = compose.reshape(compose.transpose(x, order), {image[0], count, image[1]});
  grid = compose.cast(compose.reshape(grid, {result[0], points, constant(spatial)}), real);
  if (!rows || !grid)
    return Failure();

  // Products of the dimensions' taps, the first dimension outermost.
  llvm::SmallVector<Tap> all{Tap{}};
  for (int64_t dim = 0; dim < spatial; ++dim) {
    Value coordinate = compose.squeeze(compose.sliceDim(grid, 2, constant(spatial - 1 - dim), constant(1)), {2});
    Axis axis{compose, compose.cast(compose.extent(imageDims[dim] - 1), real), node.flag("align_corners"), padding};
    llvm::SmallVector<Tap> joined;
    const Value extent = compose.cast(compose.extent(imageDims[dim]), integer);
    const auto taps = axis.taps(coordinate, mode, integer);
    for (const Tap &outer : all)
      for (const Tap &inner : taps) {
        auto both = [](Value a, Value b, auto join) { return a && b ? join(a, b) : a ? a : b; };
        joined.push_back({outer.index ? compose.add(compose.mul(outer.index, extent), inner.index) : inner.index,
                          both(outer.weight, inner.weight, [&](Value a, Value b) { return compose.mul(a, b); }),
                          both(outer.isInside, inner.isInside,
                               [&](Value a, Value b) { return compose.binary(BinaryKind::And, a, b); })});
      }
    all = joined;
  }
  Value sum;
  for (const Tap &tap : all) {
    Value pixel = compose.gather(rows, tap.index, 1, /*batchDims=*/1);
    if (!pixel)
      return Failure();
    if (tap.isInside)
      pixel = compose.select(compose.unsqueeze(tap.isInside, {2}), pixel, compose.scalarLike(pixel, 0));
    if (tap.weight)
      pixel = compose.mul(compose.cast(pixel, real), compose.unsqueeze(tap.weight, {2}));
    sum = sum ? compose.add(sum, pixel) : pixel;
  }
  Extents shape = result;
  shape.back() = image[1];
  Integers back{0, rank - 1};
  for (int64_t dim = 1; dim < rank - 1; ++dim)
    back.push_back(dim);
  return compose.transpose(compose.reshape(compose.cast(sum, element), shape), back);
}
