#include "compiler/graph/Compose.h"

using namespace mlir;

namespace wasmind::graph {
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
  StringRef padding;

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
  SmallVector<Value, 4> cubicWeights(Value t) {
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

  SmallVector<Tap, 4> taps(Value x, StringRef mode, Type integer) {
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
    SmallVector<Tap, 4> taps;
    for (auto [i, weight] : llvm::enumerate(cubicWeights(part)))
      taps.push_back(at(next(double(i) - 1), weight, integer));
    return taps;
  }
};

} // namespace

Value Compose::gridSample(Value x, Value grid, StringRef mode, StringRef padding, bool alignsCorners) {
  if (!x || !grid)
    return {};
  const int64_t rank = rankOf(x), spatial = rank - 2;
  const Type element = elementOf(x);
  MLIRContext *context = getContext();
  const Extents image = extentsOf(x), result = extentsOf(grid);
  ArrayRef<AffineExpr> imageDims = ArrayRef(image).drop_front(2);
  const AffineExpr count = productOf(imageDims, context),
                   points = productOf(ArrayRef(result).drop_front().drop_back(), context);
  const Type integer = boundsOf(count, namedDimsAt(getInsertionBlock())).max < INT32_MAX ? getI32Type() : getI64Type();
  const Type real = element.isF64() ? getF64Type() : getF32Type();
  auto constant = [&](int64_t value) { return getAffineConstantExpr(value); };

  // Channels last, so that one element of the grid takes a whole row.
  SmallVector<int64_t> order{0};
  for (int64_t dim = 2; dim < rank; ++dim)
    order.push_back(dim);
  order.push_back(1);
  Value rows = reshape(transpose(x, order), {image[0], count, image[1]});
  grid = cast(reshape(grid, {result[0], points, constant(spatial)}), real);
  if (!rows || !grid)
    return {};

  // Products of the dimensions' taps, the first dimension outermost.
  SmallVector<Tap> all{Tap{}};
  for (int64_t dim = 0; dim < spatial; ++dim) {
    Value coordinate = squeeze(sliceDim(grid, 2, constant(spatial - 1 - dim), constant(1)), {2});
    Axis axis{*this, cast(extent(imageDims[dim] - 1), real), alignsCorners, padding};
    SmallVector<Tap> joined;
    const Value length = cast(extent(imageDims[dim]), integer);
    const auto taps = axis.taps(coordinate, mode, integer);
    for (const Tap &outer : all)
      for (const Tap &inner : taps) {
        auto both = [](Value a, Value b, auto join) { return a && b ? join(a, b) : a ? a : b; };
        joined.push_back(
            {outer.index ? add(mul(outer.index, length), inner.index) : inner.index,
             both(outer.weight, inner.weight, [&](Value a, Value b) { return mul(a, b); }),
             both(outer.isInside, inner.isInside, [&](Value a, Value b) { return binary(BinaryKind::And, a, b); })});
      }
    all = joined;
  }
  Value sum;
  for (const Tap &tap : all) {
    Value pixel = gather(rows, tap.index, 1, /*batchDims=*/1);
    if (!pixel)
      return {};
    if (tap.isInside)
      pixel = select(unsqueeze(tap.isInside, {2}), pixel, scalarLike(pixel, 0));
    if (tap.weight)
      pixel = mul(cast(pixel, real), unsqueeze(tap.weight, {2}));
    sum = sum ? add(sum, pixel) : pixel;
  }
  Extents shape = result;
  shape.back() = image[1];
  SmallVector<int64_t> back{0, rank - 1};
  for (int64_t dim = 1; dim < rank - 1; ++dim)
    back.push_back(dim);
  return transpose(reshape(cast(sum, element), shape), back);
}

Value Compose::affineGrid(Value theta, ArrayRef<AffineExpr> size, bool alignsCorners) {
  if (!theta)
    return {};
  const int64_t spatial = size.size();
  const AffineExpr batch = extentsOf(theta)[0];
  auto constant = [&](int64_t value) { return getAffineConstantExpr(value); };
  const Type element = elementOf(theta);
  // Column `column` of theta as [N, 1..., spatial].
  auto columnOf = [&](int64_t column) {
    Extents shape(spatial + 2, constant(1));
    shape.front() = batch;
    shape.back() = constant(spatial);
    return reshape(sliceDim(theta, 2, constant(column), constant(1)), shape);
  };
  Value grid = columnOf(spatial);
  for (int64_t dim = 0; dim < spatial; ++dim) {
    const AffineExpr count = size[dim];
    Extents line(spatial + 2, constant(1));
    line[dim + 1] = count;
    Value position = IotaOp::create(*this, getLoc(), makeTensorType(line, getF32Type()), dim + 1);
    // (2 i + 1) / extent - 1, or 2 i / (extent - 1) - 1, which is -1 where there is one element.
    auto real = [&](AffineExpr value) { return cast(extent(value), getF32Type()); };
    auto number = [&](double value) { return scalar(getF32Type(), value); };
    position = mul(position, number(2));
    position =
        alignsCorners ? div(position, maximum(real(count - 1), number(1))) : div(add(position, number(1)), real(count));
    position = cast(sub(position, number(1)), element);
    grid = add(mul(position, columnOf(spatial - 1 - dim)), grid); // x runs along the last dimension
  }
  return grid;
}

} // namespace wasmind::graph
