//===- ComposeImages.cpp - convolutions, pools and resampling of channels-first images ----------------------------===//
//
// The primitives are channels-last; each composition here transposes in and out, and --graph-sink-transposes removes
// the pairs between neighbours.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Compose.h"
#include "compiler/graph/Sliding.h"
#include <cmath>

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

//===- Convolutions -----------------------------------------------------------------------------------------------===//

Value Compose::convolve(Value x, Value weights, Value bias, const Window &window, int64_t groups) {
  if (!x || !weights)
    return nullptr;
  if (rankOf(x) < 3 || rankOf(weights) != rankOf(x)) {
    emitError("convolution of rank ") << rankOf(x) << " with weights of rank " << rankOf(weights);
    return nullptr;
  }
  SmallVector<int64_t> order; // [O, C, spatial...] -> [spatial..., C, O]
  for (int64_t i = 2; i < rankOf(weights); ++i)
    order.push_back(i);
  order.append({1, 0});
  Value result = make<ConvolveOp>(channelsLast(x), transpose(weights, order), Ints(window.strides), Ints(window.padLow),
                                  Ints(window.padHigh), Ints(window.dilations), groups, false);
  if (bias && result)
    result = add(result, cast(bias, elementOf(result)));
  return channelsFirst(result);
}

Value Compose::convolveTranspose(Value x, Value weights, Value bias, const Window &window, int64_t groups,
                                 Ints outputPadding) {
  if (!x || !weights)
    return nullptr;
  int64_t rank = rankOf(weights);
  auto channels = rank < 3 ? std::nullopt : constantOf(extentsOf(weights)[0]);
  if (rankOf(x) != rank || !channels || groups < 1 || *channels % groups != 0) {
    emitError("transposed convolution needs weights [C, O / groups, spatial...] of the input's rank, with "
              "static channels that divide into ")
        << groups << " groups";
    return nullptr;
  }
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

namespace {
/// The entries of graph.window for a channels-last image [N, spatial..., C].
struct ImageWindow {
  SmallVector<int64_t> sizes{1}, strides{1}, padLow{0}, padHigh{0}, dilations{1};

  ImageWindow(ArrayRef<int64_t> kernel, const Compose::Window &window) {
    llvm::append_range(sizes, kernel);
    llvm::append_range(strides, window.strides);
    llvm::append_range(padLow, window.padLow);
    llvm::append_range(padHigh, window.padHigh);
    llvm::append_range(dilations, window.dilations);
    for (auto *list : {&sizes, &strides, &dilations})
      list->push_back(1);
    for (auto *list : {&padLow, &padHigh})
      list->push_back(0);
  }
};
} // namespace

Value Compose::maxPool(Value x, Ints kernel, const Window &window) {
  if (!x)
    return nullptr;
  ImageWindow w(kernel, window);
  return channelsFirst(make<WindowOp>(ReduceKind::Max, channelsLast(x), Ints(w.sizes), Ints(w.strides), Ints(w.padLow),
                                      Ints(w.padHigh), Ints(w.dilations)));
}

Value Compose::averagePool(Value x, Ints kernel, const Window &window, bool countPadding) {
  if (!x)
    return nullptr;
  ImageWindow w(kernel, window);
  auto sumOf = [&](Value image) -> Value {
    return make<WindowOp>(ReduceKind::Sum, image, Ints(w.sizes), Ints(w.strides), Ints(w.padLow), Ints(w.padHigh),
                          Ints(w.dilations));
  };
  Value image = channelsLast(x);
  Value sum = sumOf(image);
  if (!sum)
    return nullptr;
  auto isZero = [](int64_t amount) { return amount == 0; };
  if (countPadding || (llvm::all_of(w.padLow, isZero) && llvm::all_of(w.padHigh, isZero))) {
    int64_t count = 1;
    for (int64_t extent : kernel)
      count *= extent;
    return channelsFirst(mul(sum, scalarLike(sum, 1.0 / double(count))));
  }
  // Elements present per window: a window sum over ones; constant when the spatial extents are.
  Extents extents = extentsOf(image);
  extents.front() = extents.back() = getAffineConstantExpr(1);
  Value counts = sumOf(splat(extents, elementOf(image), 1));
  // A window that lies in the padding alone gives 0, not NaN.
  counts = counts ? maximum(counts, scalarLike(counts, 1)) : nullptr;
  return channelsFirst(mul(sum, unary(UnaryKind::Reciprocal, counts)));
}

void Compose::samePads(Ints input, Ints kernel, Window &window, bool extraAtStart) {
  window.padLow.assign(input.size(), 0);
  window.padHigh.assign(input.size(), 0);
  for (size_t i = 0; i < input.size(); ++i) {
    int64_t outputs = (input[i] + window.strides[i] - 1) / window.strides[i];
    int64_t reach = (outputs - 1) * window.strides[i] + window.dilations[i] * (kernel[i] - 1) + 1;
    int64_t total = std::max<int64_t>(reach - input[i], 0), half = total / 2;
    window.padLow[i] = extraAtStart ? total - half : half;
    window.padHigh[i] = total - window.padLow[i];
  }
}

Value Compose::globalAveragePool(Value x) {
  if (!x)
    return nullptr;
  auto spatial = llvm::to_vector(llvm::seq<int64_t>(2, std::max<int64_t>(rankOf(x), 2)));
  return spatial.empty() ? x : mean(x, spatial, true);
}

//===- Amounts known at run time ----------------------------------------------------------------------------------===//

Value Compose::convolve(Value x, Value weights, const Slides &slides, AffineExpr groups) {
  MLIRContext *c = getContext();
  return make<ConvolveOp>(x, weights, amountsOf(slides.strides, c), amountsOf(slides.padLow, c), AffineMapAttr(),
                          amountsOf(slides.dilations, c), amountsOf(slides.extents, c),
                          isOne(groups) ? AffineMapAttr() : amountsOf(groups, c), UnitAttr());
}

Value Compose::window(ReduceKind kind, Value x, ArrayRef<AffineExpr> sizes, const Slides &slides) {
  MLIRContext *c = getContext();
  return make<WindowOp>(ReduceKindAttr::get(c, kind), x, amountsOf(sizes, c), amountsOf(slides.strides, c),
                        amountsOf(slides.padLow, c), AffineMapAttr(), amountsOf(slides.dilations, c),
                        amountsOf(slides.extents, c));
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

Value Compose::resizeLinear(Value x, int64_t dim, int64_t extent, llvm::function_ref<double(int64_t)> source) {
  if (!x)
    return nullptr;
  auto normal = normalDim(dim, rankOf(x));
  auto in = normal ? constantOf(extentsOf(x)[*normal]) : std::nullopt;
  if (!in || *in < 1) {
    emitError("resizing needs a static, positive extent of dimension ") << dim;
    return nullptr;
  }
  SmallVector<int64_t> low, high;
  unsigned width = byteWidth(elementOf(x));
  std::vector<char> lowWeights(extent * width), highWeights(extent * width);
  bool isIdentity = *in == extent;
  for (int64_t i = 0; i < extent; ++i) {
    double position = std::min(std::max(source(i), 0.0), double(*in - 1));
    double whole = std::floor(position), part = position - whole;
    low.push_back(int64_t(whole));
    high.push_back(std::min<int64_t>(low.back() + 1, *in - 1));
    storeDouble(elementOf(x), 1 - part, lowWeights.data() + i * width);
    storeDouble(elementOf(x), part, highWeights.data() + i * width);
    isIdentity &= position == double(i);
  }
  if (isIdentity)
    return x;
  SmallVector<int64_t> line(rankOf(x), 1);
  line[*normal] = extent;
  auto type = RankedTensorType::get(line, elementOf(x));
  Value before = gather(x, makeIntegers(*this, getLoc(), low), *normal);
  Value after = gather(x, makeIntegers(*this, getLoc(), high), *normal);
  return add(mul(before, makeConstant(*this, getLoc(), type, lowWeights)),
             mul(after, makeConstant(*this, getLoc(), type, highWeights)));
}

} // namespace wasmind::graph
