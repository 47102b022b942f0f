//===- ComposeImages.cpp - convolutions, pools and resampling of channels-first images ----------------------------===//
//
// The primitives are channels-last; each composition here transposes in and out, and --graph-sink-transposes removes
// the pairs between neighbours.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Compose.h"
#include "compiler/graph/WindowAttributes.h"
#include <cmath>
#include <cstring>

using namespace mlir;

namespace wasmind::graph {

Value Compose::channelsLast(Value x) {
  if (!x)
    return nullptr;
  SmallVector<int64_t> permutation{0};
  for (int64_t i = 2; i < rankOf(x); ++i)
    permutation.push_back(i);
  permutation.push_back(1);
  return transpose(x, permutation);
}

Value Compose::channelsFirst(Value x) {
  if (!x)
    return nullptr;
  SmallVector<int64_t> permutation{0, rankOf(x) - 1};
  for (int64_t i = 1; i < rankOf(x) - 1; ++i)
    permutation.push_back(i);
  return transpose(x, permutation);
}

Compose::Extents Compose::expressions(Ints values) {
  return llvm::map_to_vector<6>(values, [&](int64_t value) { return getAffineConstantExpr(value); });
}

//===- Convolutions -----------------------------------------------------------------------------------------------===//

Value Compose::convolve(Value x, Value weights, Value bias, const Window &window, int64_t groups) {
  if (!x || !weights)
    return nullptr;
  if (rankOf(x) < 3 || rankOf(weights) != rankOf(x)) {
    emitError("convolution of rank ") << rankOf(x) << " with weights of rank " << rankOf(weights);
    return nullptr;
  }
  // Channels that are open are as many as the weights take; others that do not fit are refused below.
  if (auto taken = constantOf(extentsOf(weights)[1]); taken && !constantOf(extentsOf(x)[1]))
    if (Value fitting = withExtent(x, 1, getAffineConstantExpr(*taken * groups)))
      x = fitting;
  SmallVector<int64_t> order; // [O, C, spatial...] -> [spatial..., C, O]
  for (int64_t i = 2; i < rankOf(weights); ++i)
    order.push_back(i);
  order.append({1, 0});
  Value result;
  if (window.extents.empty()) {
    result = make<ConvolveOp>(channelsLast(x), transpose(weights, order), Ints(window.strides), Ints(window.padLow),
                              Ints(window.padHigh), Ints(window.dilations), groups, false);
  } else {
    const WindowAttributes attributes{expressions(window.strides), window.lowAt, expressions(window.dilations),
                                      window.extents};
    result = convolve(channelsLast(x), transpose(weights, order), attributes, getAffineConstantExpr(groups));
  }
  if (bias && result)
    result = add(result, cast(bias, elementOf(result)));
  return channelsFirst(result);
}

Value Compose::convolveTranspose(Value x, Value weights, Value bias, const Window &window, int64_t groups,
                                 Ints outputPadding) {
  if (!x || !weights)
    return nullptr;
  if (!window.extents.empty()) {
    emitError("the pads of a transposed convolution must not depend on run-time extents");
    return nullptr;
  }
  int64_t rank = rankOf(weights);
  auto channels = rank < 3 ? std::nullopt : constantOf(extentsOf(weights)[0]);
  if (rankOf(x) != rank || !channels || groups < 1 || *channels % groups != 0) {
    emitError("transposed convolution needs weights [C, O / groups, spatial...] of the input's rank, with "
              "static channels that divide into ")
        << groups << " groups";
    return nullptr;
  }
  if (Value fitting = withExtent(x, 1, getAffineConstantExpr(*channels)))
    x = fitting;
  SmallVector<int64_t> order;
  if (groups == 1) { // [C, O, spatial...] -> [spatial..., C, O]
    for (int64_t i = 2; i < rank; ++i)
      order.push_back(i);
    order.append({0, 1});
    weights = transpose(weights, order);
  } else { // [G * C', O', spatial...] -> [spatial..., C', G * O']
    Extents split = extentsOf(weights);
    split[0] = getAffineConstantExpr(*channels / groups);
    split.insert(split.begin(), getAffineConstantExpr(groups));
    for (int64_t i = 3; i <= rank; ++i)
      order.push_back(i);
    order.append({1, 0, 2});
    Extents joined(split.begin() + 3, split.end());
    joined.append({split[1], split[2] * groups});
    weights = reshape(transpose(reshape(weights, split), order), joined);
  }
  const Extents image = extentsOf(x);
  for (AffineExpr extent : ArrayRef(image).drop_front(2)) {
    const Interval range = boundsOf(extent, namedDimsAt(getInsertionBlock()));
    if (range.min < 1 && range.max > 0 &&
        !require(extent - 1, /*isZero=*/false, "a transposed convolution of no elements"))
      return nullptr;
  }
  SmallVector<int64_t> padHigh(window.padHigh);
  for (auto [high, extra] : llvm::zip(padHigh, outputPadding))
    high -= extra;
  if (!weights)
    return nullptr;
  Value result = make<ConvolveOp>(channelsLast(x), weights, Ints(window.strides), Ints(window.padLow), Ints(padHigh),
                                  Ints(window.dilations), groups, true);
  if (bias && result)
    result = add(result, cast(bias, elementOf(result)));
  return channelsFirst(result);
}

//===- Pools ------------------------------------------------------------------------------------------------------===//

Value Compose::slideOver(ReduceKind kind, Value image, Ints kernel, const Window &window) {
  if (!image)
    return nullptr;
  auto around = [](auto outer, const auto &inner) {
    SmallVector<std::decay_t<decltype(outer)>> all{outer};
    llvm::append_range(all, inner);
    all.push_back(outer);
    return all;
  };
  const SmallVector<int64_t> sizes = around(int64_t(1), kernel), strides = around(int64_t(1), window.strides),
                             dilations = around(int64_t(1), window.dilations);
  if (window.extents.empty())
    return make<WindowOp>(kind, image, Ints(sizes), Ints(strides), Ints(around(int64_t(0), window.padLow)),
                          Ints(around(int64_t(0), window.padHigh)), Ints(dilations));
  Extents extents = window.extents, own = extentsOf(image);
  extents.insert(extents.begin(), own.front());
  extents.push_back(own.back());
  const WindowAttributes attributes{expressions(strides), around(getAffineConstantExpr(0), window.lowAt),
                                    expressions(dilations), extents};
  return this->window(kind, image, expressions(sizes), attributes);
}

Value Compose::maxPool(Value x, Ints kernel, const Window &window) {
  return channelsFirst(slideOver(ReduceKind::Max, channelsLast(x), kernel, window));
}

Value Compose::sumPool(Value x, Ints kernel, const Window &window) {
  return channelsFirst(slideOver(ReduceKind::Sum, channelsLast(x), kernel, window));
}

Value Compose::averagePool(Value x, Ints kernel, const Window &given, bool countPadding, bool roundsUp) {
  if (!x)
    return nullptr;
  Window window = given;
  if (roundsUp) {
    roundUp(ArrayRef(extentsOf(x)).drop_front(2), kernel, window);
    if (countPadding && (!window.extents.empty() || window.padHigh != given.padHigh)) {
      // The padding becomes part of the input.
      SmallVector<int64_t> low{0, 0}, high{0, 0};
      low.append(given.padLow);
      high.append(given.padHigh);
      x = pad(x, scalar(elementOf(x), 0), low, high);
      for (size_t i = 0; i < kernel.size(); ++i) {
        window.padLow[i] = 0;
        window.padHigh[i] -= given.padHigh[i];
      }
      for (AffineExpr &at : window.lowAt)
        at = getAffineConstantExpr(0);
      countPadding = false;
    }
  }
  Value image = channelsLast(x), sum = slideOver(ReduceKind::Sum, image, kernel, window);
  if (!sum)
    return nullptr;
  auto isZero = [](int64_t amount) { return amount == 0; };
  const bool isWhole =
      window.extents.empty() && llvm::all_of(window.padLow, isZero) && llvm::all_of(window.padHigh, isZero);
  if (countPadding || isWhole) {
    int64_t count = 1;
    for (int64_t extent : kernel)
      count *= extent;
    return channelsFirst(mul(sum, scalarLike(sum, 1.0 / double(count))));
  }
  // Elements present per window: a window sum over ones; constant when the spatial extents are.
  Extents extents = extentsOf(image);
  extents.front() = extents.back() = getAffineConstantExpr(1);
  Value counts = slideOver(ReduceKind::Sum, splat(extents, elementOf(image), 1), kernel, window);
  // A window that lies in the padding alone gives 0, not NaN.
  counts = counts ? maximum(counts, scalarLike(counts, 1)) : nullptr;
  return channelsFirst(mul(sum, unary(UnaryKind::Reciprocal, counts)));
}

void Compose::samePads(ArrayRef<AffineExpr> input, Ints kernel, Window &window, bool extraAtStart) {
  window.padLow.clear();
  window.padHigh.clear();
  bool isConstant = true;
  for (auto [i, in] : llvm::enumerate(input)) {
    const int64_t stride = window.strides[i], reach = window.dilations[i] * (kernel[i] - 1);
    window.extents.push_back(normalise((in - 1).floorDiv(stride) + 1));
    // Both pads together are reach - used, where `used` is what the input has beyond its last stride, but at most all.
    AffineExpr used = (in - 1) % stride;
    if (reach < stride - 1)
      used = used - (used - reach) * (used + (stride - 1 - reach)).floorDiv(stride);
    // Half of that. All numerators are positive, because expressions divide without signs at run time.
    const int64_t most = reach + extraAtStart;
    const AffineExpr low = normalise((used + (most % 2 == 0 ? 1 : 0)).floorDiv(2) * -1 + most / 2);
    const AffineExpr high = normalise(used * -1 + reach - low);
    window.lowAt.push_back(low);
    window.padLow.push_back(constantOf(low).value_or(0));
    window.padHigh.push_back(constantOf(high).value_or(0));
    isConstant &= constantOf(low) && constantOf(high);
  }
  if (!isConstant)
    return;
  window.lowAt.clear();
  window.extents.clear();
}

void Compose::roundUp(ArrayRef<AffineExpr> input, Ints kernel, Window &window) {
  bool isConstant = true;
  Extents lowAt, extents;
  for (auto [i, in] : llvm::enumerate(input)) {
    const int64_t stride = window.strides[i], low = window.padLow[i], high = window.padHigh[i];
    const int64_t span = window.dilations[i] * (kernel[i] - 1) + 1;
    const AffineExpr room = in + (low + high - span);
    // One window more where the strides do not divide the room, unless it begins behind the input: at in + low or
    // later.
    const int64_t more = high >= span ? 0 : std::min(stride, span - high);
    const AffineExpr out = normalise((room + (more - 1)).floorDiv(stride) + 1);
    lowAt.push_back(mlir::getAffineConstantExpr(low, in.getContext()));
    extents.push_back(out);
    if (constantOf(in)) {
      if (*constantOf(room) + more > 0) // one window at least
        window.padHigh[i] += std::max<int64_t>((*constantOf(out) - 1) * stride - *constantOf(room), 0);
    } else if (more == stride) {
      window.padHigh[i] += stride - 1;
    } else {
      isConstant = false;
    }
  }
  if (isConstant)
    return;
  window.lowAt = lowAt;
  window.extents = extents;
}

Value Compose::globalAveragePool(Value x) {
  if (!x)
    return nullptr;
  auto spatial = llvm::to_vector(llvm::seq<int64_t>(2, std::max<int64_t>(rankOf(x), 2)));
  return spatial.empty() ? x : mean(x, spatial, true);
}

//===- Attributes known at run time -------------------------------------------------------------------------------===//

Value Compose::convolve(Value x, Value weights, const WindowAttributes &attributes, AffineExpr groups) {
  MLIRContext *c = getContext();
  return make<ConvolveOp>(x, weights, expressionsAttribute(attributes.strides, c),
                          expressionsAttribute(attributes.padLow, c), AffineMapAttr(),
                          expressionsAttribute(attributes.dilations, c), expressionsAttribute(attributes.extents, c),
                          isOne(groups) ? AffineMapAttr() : expressionsAttribute(groups, c), UnitAttr());
}

Value Compose::window(ReduceKind kind, Value x, ArrayRef<AffineExpr> sizes, const WindowAttributes &attributes) {
  MLIRContext *c = getContext();
  return make<WindowOp>(ReduceKindAttr::get(c, kind), x, expressionsAttribute(sizes, c),
                        expressionsAttribute(attributes.strides, c), expressionsAttribute(attributes.padLow, c),
                        AffineMapAttr(), expressionsAttribute(attributes.dilations, c),
                        expressionsAttribute(attributes.extents, c));
}

//===- Resampling -------------------------------------------------------------------------------------------------===//

Value Compose::resizeNearest(Value x, int64_t dim, int64_t extent, llvm::function_ref<int64_t(int64_t)> source) {
  if (!x)
    return nullptr;
  auto normal = normalDim(dim, rankOf(x));
  auto in = normal ? constantOf(extentsOf(x)[*normal]) : std::nullopt;
  if (!in || *in < 1) {
    emitError("resizing needs a static, positive extent of dimension ") << dim;
    return nullptr;
  }
  SmallVector<int64_t> indices;
  bool isIdentity = *in == extent;
  for (int64_t i = 0; i < extent; ++i) {
    indices.push_back(std::min(std::max<int64_t>(source(i), 0), *in - 1));
    isIdentity &= indices.back() == i;
  }
  return isIdentity ? x : gather(x, makeIntegers(*this, getLoc(), indices), *normal);
}

std::optional<Compose::Neighbours> Compose::linearNeighbours(Value x, int64_t dim, int64_t extent,
                                                             llvm::function_ref<double(int64_t)> source) {
  if (!x)
    return std::nullopt;
  auto normal = normalDim(dim, rankOf(x));
  auto in = normal ? constantOf(extentsOf(x)[*normal]) : std::nullopt;
  if (!in || *in < 1) {
    emitError("resizing needs a static, positive extent of dimension ") << dim;
    return std::nullopt;
  }
  const unsigned width = byteWidth(elementOf(x));
  SmallVector<int64_t> indices[2];
  std::vector<char> weights[2];
  for (int side : {0, 1})
    weights[side].resize(extent * width);
  for (int64_t i = 0; i < extent; ++i) {
    const double position = std::min(std::max(source(i), 0.0), double(*in - 1)), whole = std::floor(position);
    const bool isLast = whole == double(*in - 1);
    const double part = isLast ? 0.5 : position - whole;
    indices[0].push_back(int64_t(whole));
    indices[1].push_back(isLast ? *in - 1 : int64_t(whole) + 1);
    storeDouble(elementOf(x), 1 - part, weights[0].data() + i * width);
    storeDouble(elementOf(x), part, weights[1].data() + i * width);
  }
  SmallVector<int64_t> line(rankOf(x), 1);
  line[*normal] = extent;
  const auto type = RankedTensorType::get(line, elementOf(x));
  Neighbours neighbours{*normal, {}, {}};
  for (int side : {0, 1}) {
    neighbours.indices[side] = makeIntegers(*this, getLoc(), indices[side]);
    neighbours.weights[side] = makeConstant(*this, getLoc(), type, weights[side]);
  }
  return neighbours;
}

Value Compose::resizeLinear(Value x, ArrayRef<Neighbours> along) {
  if (!x || along.empty())
    return x;
  // Least is moved where what shrinks is gathered first. Then the last dimension: where it is the innermost, those
  // before it find whole rows.
  SmallVector<unsigned> order;
  auto shrinks = [&](unsigned i) {
    auto in = constantOf(extentsOf(x)[along[i].dim]);
    auto out = along[i].indices[0] ? constantOf(extentsOf(along[i].indices[0])[0]) : std::nullopt;
    return in && out && *out < *in;
  };
  for (unsigned i = 0; i < along.size(); ++i)
    if (shrinks(i))
      order.push_back(i);
  for (unsigned i = along.size(); i-- > 0;)
    if (!shrinks(i))
      order.push_back(i);

  Value sum;
  for (unsigned corner = 0; corner < 1u << along.size(); ++corner) {
    auto sideOf = [&](unsigned i) { return corner >> (along.size() - 1 - i) & 1; };
    Value weight, element = x;
    for (unsigned i = along.size(); i-- > 0;) {
      Value factor = along[i].weights[sideOf(i)];
      weight = weight ? mul(weight, factor) : factor;
    }
    for (unsigned i : order)
      if (Value indices = along[i].indices[sideOf(i)])
        element = gather(element, indices, along[i].dim);
    Value part = mul(weight, element);
    sum = sum ? add(sum, part) : part;
  }
  return sum;
}

Value Compose::foldPatches(Value x, ArrayRef<AffineExpr> leading, Ints image, Ints kernel, const Window &window) {
  int64_t pixels = 1, taps = 1, patches = 1;
  SmallVector<int64_t> counts;
  for (auto [i, extent] : llvm::enumerate(image)) {
    const int64_t span = window.dilations[i] * (kernel[i] - 1) + 1;
    counts.push_back((extent + window.padLow[i] + window.padHigh[i] - span) / window.strides[i] + 1);
    pixels *= extent;
    taps *= kernel[i];
    patches *= counts.back();
  }
  // Where each element of [kernel..., patches...] goes; those in the padding go nowhere.
  std::vector<char> bytes(taps * patches * sizeof(int32_t));
  for (int64_t tap = 0; tap < taps; ++tap)
    for (int64_t patch = 0; patch < patches; ++patch) {
      int64_t at = 0, stride = 1, inTap = tap, inPatches = patch;
      bool isInside = true;
      for (size_t i = image.size(); i-- > 0;) {
        const int64_t pixel =
            inPatches % counts[i] * window.strides[i] + inTap % kernel[i] * window.dilations[i] - window.padLow[i];
        isInside &= pixel >= 0 && pixel < image[i];
        at += pixel * stride;
        stride *= image[i];
        inTap /= kernel[i];
        inPatches /= counts[i];
      }
      const int32_t index = int32_t(isInside ? at : pixels);
      std::memcpy(&bytes[(tap * patches + patch) * sizeof index], &index, sizeof index);
    }
  Value indices =
      makeConstant(*this, getLoc(), RankedTensorType::get({taps * patches}, getI32Type()), std::move(bytes));
  const AffineExpr entries = getAffineConstantExpr(taps * patches), area = getAffineConstantExpr(pixels),
                   planes = productOf(leading, getContext());
  Value columns = transpose(reshape(x, {planes, entries}), {1, 0});
  if (!columns)
    return {};
  Value sums =
      ScatterOp::create(*this, getLoc(), ScatterKind::Add, splat({area, planes}, elementOf(x), 0), indices, columns);
  Extents result(leading);
  for (int64_t extent : image)
    result.push_back(getAffineConstantExpr(extent));
  return reshape(transpose(sums, {1, 0}), result);
}

} // namespace wasmind::graph
