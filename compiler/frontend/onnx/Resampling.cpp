#include "compiler/frontend/onnx/Resampling.h"
#include <cmath>

namespace wasmind::onnx {
namespace {

// Elements and weights that make up each output element; all outputs have the same number.
struct Taps {
  llvm::SmallVector<llvm::SmallVector<std::pair<int64_t, double>>> perOutput;
};

double cubicWeight(double distance, double a) {
  const double d = std::abs(distance);
  if (d <= 1)
    return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2)
    return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

Taps tapsOf(const Resampling &how, int64_t in, int64_t out, double scale, llvm::function_ref<double(int64_t)> source) {
  const bool cubic = how.mode == "cubic";
  // Antialiasing stretches the filter when shrinking.
  const double stretch = how.antialias && scale < 1 ? scale : 1.0;
  const double reach = (cubic ? 2.0 : 1.0) / stretch;
  Taps taps;
  for (int64_t i = 0; i < out; ++i) {
    const double at = source(i);
    llvm::SmallVector<std::pair<int64_t, double>> list;
    double sum = 0;
    const int64_t count = int64_t(std::ceil(reach)) * 2;
    const int64_t first = int64_t(std::floor(at)) - count / 2 + 1;
    for (int64_t k = first; k < first + count; ++k) {
      const double distance = (double(k) - at) * stretch;
      double weight = cubic ? cubicWeight(distance, how.cubicCoefficient) : std::max(1 - std::abs(distance), 0.0);
      if (how.excludeOutside && (k < 0 || k >= in))
        weight = 0;
      sum += weight;
      list.push_back({std::clamp<int64_t>(k, 0, in - 1), weight});
    }
    if ((how.excludeOutside || how.antialias) && sum != 0)
      for (auto &tap : list)
        tap.second /= sum;
    taps.perOutput.push_back(std::move(list));
  }
  return taps;
}

Value realConstant(Compose &compose, llvm::ArrayRef<double> values, Integers shape, Type element) {
  llvm::SmallVector<float> narrow(values.begin(), values.end());
  auto type = mlir::RankedTensorType::get(shape, compose.getF32Type());
  return compose.cast(
      graph::makeConstant(compose, compose.getLoc(), type,
                          {reinterpret_cast<const char *>(narrow.data()), narrow.size() * sizeof(float)}),
      element);
}

// Few taps: a weighted sum of gathered elements; many: a product with the matrix of weights [out, in].
Value applyTaps(Compose &compose, const Taps &taps, Value x, int64_t dim, int64_t in) {
  const int64_t out = taps.perOutput.size(), count = taps.perOutput.front().size(), rank = compose.rankOf(x);
  Type element = compose.elementOf(x);
  if (count <= 4) {
    Value sum;
    for (int64_t k = 0; k < count; ++k) {
      Integers indices, line(rank, 1);
      llvm::SmallVector<double> weights;
      for (const auto &list : taps.perOutput) {
        indices.push_back(list[k].first);
        weights.push_back(list[k].second);
      }
      line[dim] = out;
      Value part = compose.gather(x, graph::makeIntegers(compose, compose.getLoc(), indices), dim);
      part = compose.mul(part, realConstant(compose, weights, line, element));
      sum = sum ? compose.add(sum, part) : part;
    }
    return sum;
  }
  llvm::SmallVector<double> matrix(out * in, 0.0);
  for (auto [i, list] : llvm::enumerate(taps.perOutput))
    for (auto [k, weight] : list)
      matrix[i * in + k] += weight;
  Integers swap;
  for (int64_t i = 0; i < rank; ++i)
    swap.push_back(i == dim ? rank - 1 : i == rank - 1 ? dim : i);
  Value product =
      compose.matmul(compose.transpose(x, swap), realConstant(compose, matrix, {out, in}, element), false, true);
  return product ? compose.transpose(product, swap) : product;
}

} // namespace

bool Resampling::isValid(Node &node) const {
  auto check = [&](llvm::StringRef attribute, llvm::StringRef value, std::initializer_list<llvm::StringRef> known) {
    if (llvm::is_contained(known, value))
      return true;
    node.fail("attribute '" + attribute + "' = '" + value + "' is not known");
    return false;
  };
  return check("mode", mode, {"nearest", "linear", "cubic"}) &&
         check("coordinate_transformation_mode", coordinates,
               {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric",
                "tf_half_pixel_for_nn", "tf_crop_and_resize"}) &&
         check("nearest_mode", nearest, {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
}

double Resampling::source(int64_t i, double in, double out, double scale, double roiStart, double roiEnd) const {
  const double x = double(i);
  if (coordinates == "half_pixel")
    return (x + 0.5) / scale - 0.5;
  if (coordinates == "half_pixel_symmetric") {
    // The output may be a little shorter or longer than in * scale; both centres are kept together.
    const double adjustment = out / (in * scale), centre = in / 2;
    return centre * (1 - adjustment) + (x + 0.5) / scale - 0.5;
  }
  if (coordinates == "pytorch_half_pixel")
    return out > 1 ? (x + 0.5) / scale - 0.5 : 0.0;
  if (coordinates == "align_corners")
    return out > 1 ? x * (in - 1) / (out - 1) : 0.0;
  if (coordinates == "tf_half_pixel_for_nn")
    return (x + 0.5) / scale;
  if (coordinates == "tf_crop_and_resize")
    return out > 1 ? roiStart * (in - 1) + x * (roiEnd - roiStart) * (in - 1) / (out - 1)
                   : 0.5 * (roiStart + roiEnd) * (in - 1);
  return x / scale; // asymmetric
}

int64_t Resampling::round(double coordinate) const {
  if (nearest == "round_prefer_floor")
    return int64_t(std::ceil(coordinate - 0.5));
  if (nearest == "round_prefer_ceil")
    return int64_t(std::floor(coordinate + 0.5));
  return int64_t(nearest == "ceil" ? std::ceil(coordinate) : std::floor(coordinate));
}

Value resample(Node &node, const Resampling &how, Value x, int64_t dim, AffineExpr out, std::optional<double> scale,
               double roiStart, double roiEnd) {
  Compose &compose = node.compose();
  Extents extents = compose.extentsOf(x);
  const AffineExpr in = extents[dim];
  auto constantIn = graph::constantOf(in), constantOut = graph::constantOf(out);
  if (!constantIn || !constantOut) {
    auto quotient = graph::divideExactly(out, in);
    auto factor = quotient ? graph::constantOf(*quotient) : std::nullopt;
    bool repeats = factor && *factor > 0 && how.mode == "nearest";
    // Whether every element is simply repeated shows on a short dimension.
    constexpr int64_t probe = 5;
    for (int64_t i = 0; repeats && i < probe * *factor; ++i)
      repeats = std::clamp<int64_t>(how.round(how.source(i, probe, double(probe * *factor), double(*factor), 0, 1)), 0,
                                    probe - 1) == i / *factor;
    if (!repeats)
      return node.fail("resizing axis " + llvm::Twine(dim) + " from '" + node.text(in) + "' to '" + node.text(out) +
                       "' needs static extents; fix them with --dim");
    Extents spread = extents;
    spread.insert(spread.begin() + dim + 1, compose.getAffineConstantExpr(1));
    Value result = compose.reshape(x, spread);
    spread[dim + 1] = compose.getAffineConstantExpr(*factor);
    result = compose.broadcastTo(result, spread);
    extents[dim] = out;
    return compose.reshape(result, extents);
  }
  if (*constantOut > (int64_t(1) << 20) || *constantIn < 1 || *constantOut < 0)
    return node.fail("resizing axis " + llvm::Twine(dim) + " from " + llvm::Twine(*constantIn) + " to " +
                     llvm::Twine(*constantOut));
  const double factor = scale.value_or(double(*constantOut) / double(*constantIn));
  auto source = [&](int64_t i) { return how.source(i, *constantIn, *constantOut, factor, roiStart, roiEnd); };
  const bool crops = how.coordinates == "tf_crop_and_resize";
  if (*constantIn == *constantOut && factor == 1.0 && !crops)
    return x;
  Value result;
  if (*constantOut == 0) {
    extents[dim] = out;
    return compose.splat(extents, compose.elementOf(x), 0);
  }
  if (how.mode == "nearest") {
    result = compose.resizeNearest(x, dim, *constantOut, [&](int64_t i) { return how.round(source(i)); });
  } else {
    // Weights are floats; integers are resampled in float and rounded towards zero, as a cast does.
    Type element = compose.elementOf(x);
    Value wide = mlir::isa<mlir::FloatType>(element) ? x : compose.cast(x, compose.getF32Type());
    if (how.mode == "linear" && !how.antialias && !how.excludeOutside)
      result = compose.resizeLinear(wide, dim, *constantOut, source);
    else
      result = applyTaps(compose, tapsOf(how, *constantIn, *constantOut, factor, source), wide, dim, *constantIn);
    result = result ? compose.cast(result, element) : result;
  }
  if (result && crops) {
    Integers line(node.rank(x), 1);
    line[dim] = *constantOut;
    std::vector<char> inside;
    for (int64_t i = 0; i < *constantOut; ++i)
      inside.push_back(source(i) >= 0 && source(i) <= double(*constantIn - 1));
    Value mask =
        graph::makeConstant(compose, compose.getLoc(), mlir::RankedTensorType::get(line, compose.getI1Type()), inside);
    result = compose.select(mask, result, compose.scalarLike(result, how.extrapolation));
  }
  return result;
}

} // namespace wasmind::onnx
