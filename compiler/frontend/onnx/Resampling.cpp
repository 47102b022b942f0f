#include "compiler/frontend/onnx/ResamplingFormulas.h"
#include "compiler/graph/ShapeValues.h"

namespace wasmind::onnx {
namespace {

// Elements and weights that make up each output element; all outputs have the same number.
struct Taps {
  llvm::SmallVector<llvm::SmallVector<std::pair<int64_t, float>>> perOutput;
};

Taps tapsOf(const Resampling &how, int64_t in, int64_t out, float scale, llvm::function_ref<float(int64_t)> source) {
  const bool cubic = how.mode == "cubic";
  // Antialiasing stretches the filter when shrinking.
  const float stretch = how.antialias && scale < 1 ? scale : 1.0f;
  const float reach = (cubic ? 2.0f : 1.0f) / stretch;
  Taps taps;
  for (int64_t i = 0; i < out; ++i) {
    const float at = source(i);
    llvm::SmallVector<std::pair<int64_t, float>> list;
    float sum = 0;
    const int64_t count = int64_t(std::ceil(reach)) * 2;
    const int64_t first = int64_t(std::floor(at)) - count / 2 + 1;
    for (int64_t k = first; k < first + count; ++k) {
      const float distance = (float(k) - at) * stretch;
      float weight = weightAt(how, distance);
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

std::optional<llvm::SmallVector<Amount>> amountsOf(Node &node, unsigned i, llvm::StringRef what) {
  Compose &compose = node.compose();
  Value list = node.input(i);
  if (!list || node.rank(list) != 1 || !node.staticExtent(list, 0))
    return node.fail(what + " (input " + llvm::Twine(i) + ") must be a list whose length is known while compiling");
  const auto data = graph::constantDataOf(list);
  llvm::SmallVector<Amount> amounts;
  for (int64_t k = 0; k < *node.staticExtent(list, 0); ++k)
    amounts.push_back(data ? Amount{float(data->asDouble(k)), {}}
                           : Amount{{}, compose.cast(node.elementAt(list, k), compose.getF32Type())});
  return amounts;
}

std::optional<int64_t> usualExtent(Node &node, Value x, int64_t dim) {
  return node.rank(x) > 2 && dim < 2 ? std::optional(node.bounds(node.compose().extentsOf(x)[dim]).max) : std::nullopt;
}

std::optional<AffineExpr> scaledExtent(Node &node, Value x, int64_t dim, const Amount &scale, bool rounds) {
  Compose &compose = node.compose();
  const AffineExpr in = compose.extentsOf(x)[dim];
  const auto constant = graph::constantOf(in);
  const float rounding = rounds ? 0.5f : 0.0f;
  if (scale.known && !(*scale.known > 0 && *scale.known < 1e6))
    return node.fail("a scale of " + std::to_string(*scale.known) + " along axis " + llvm::Twine(dim) + " of extent '" +
                     node.text(in) + "'");
  if (scale.known && constant)
    return compose.getAffineConstantExpr(int64_t(std::floor(float(*constant) * *scale.known + rounding)));
  // By a small fraction, the extent is an expression.
  for (int64_t denominator = 1; scale.known && !rounds && denominator <= 64; denominator *= 2)
    if (const float numerator = *scale.known * float(denominator); numerator == std::floor(numerator))
      return graph::normalise((in * int64_t(numerator)).floorDiv(denominator));
  const Type real = compose.getF32Type();
  Value factor = scale.known ? compose.scalar(real, *scale.known) : scale.computed;
  Value product = compose.mul(compose.cast(compose.extent(in), real), factor);
  product = compose.unary(UnaryKind::Floor, compose.add(product, compose.scalar(real, rounding)));
  Value extent = compose.cast(product, compose.getI64Type());
  if (!scale.known)
    return node.extentOf(extent, 0, dim, std::nullopt, usualExtent(node, x, dim));
  const double most = double(node.bounds(in).max) * *scale.known + 1;
  return node.extentOf(extent, 0, dim, int64_t(std::min(most, double(graph::extentLimit))));
}

namespace {

/// Where elements of a dimension come from when all about it is known while compiling.
struct Known {
  int64_t in, out;
  float scale;
  std::function<float(int64_t)> source;
};

std::optional<Known> knownOf(Node &node, const Resampling &how, Value x, const ResampledDim &to) {
  auto in = graph::constantOf(node.compose().extentsOf(x)[to.dim]), out = graph::constantOf(to.out);
  const bool isKnown = (!to.scale || to.scale->known) && (!how.crops() || (to.roiStart.known && to.roiEnd.known));
  if (!isKnown || !in || !out)
    return std::nullopt;
  const float scale = to.scale ? *to.scale->known : float(*out) / float(*in);
  return Known{*in, *out, scale, [=, &how](int64_t i) {
                 return sourceOf<float>(how, float(i), float(*in), float(*out), scale, to.roiStart.known.value_or(0),
                                        to.roiEnd.known.value_or(1));
               }};
}

/// Which elements lie inside, [.., out, ..] of x's rank.
Value insideOf(Node &node, const Resampling &how, Value x, const ResampledDim &to) {
  const auto known = knownOf(node, how, x, to);
  if (!known)
    return insideByValues(node, how, x, to);
  Compose &compose = node.compose();
  Integers line(node.rank(x), 1);
  line[to.dim] = known->out;
  std::vector<char> inside;
  for (int64_t i = 0; i < known->out; ++i)
    inside.push_back(known->source(i) >= 0 && known->source(i) <= float(known->in - 1));
  return graph::makeConstant(compose, compose.getLoc(), mlir::RankedTensorType::get(line, compose.getI1Type()), inside);
}

/// Every element of a dimension whose number is not known, repeated as often; null where nearest is not that.
Value repeatElements(Node &node, const Resampling &how, Value x, const ResampledDim &to) {
  Compose &compose = node.compose();
  Extents extents = compose.extentsOf(x);
  auto quotient = graph::divideExactly(to.out, extents[to.dim]);
  auto factor = quotient ? graph::constantOf(*quotient) : std::nullopt;
  bool repeats = factor && *factor > 0 && how.mode == "nearest" && !how.crops() && (!to.scale || to.scale->known);
  // Whether every element is simply repeated shows on a short dimension.
  constexpr int64_t probe = 5;
  for (int64_t i = 0; repeats && i < probe * *factor; ++i) {
    const float at = sourceOf<float>(how, float(i), probe, float(probe * *factor), float(*factor), 0, 1);
    repeats = std::clamp<int64_t>(int64_t(nearestTo(how, at)), 0, probe - 1) == i / *factor;
  }
  if (!repeats)
    return {};
  Extents spread = extents;
  spread.insert(spread.begin() + to.dim + 1, compose.getAffineConstantExpr(1));
  Value result = compose.reshape(x, spread);
  spread[to.dim + 1] = compose.getAffineConstantExpr(*factor);
  result = compose.broadcastTo(result, spread);
  extents[to.dim] = to.out;
  return compose.reshape(result, extents);
}

/// Modes nearest and cubic, and linear with a filter wider than two elements, along one dimension.
Value resampleAlong(Node &node, const Resampling &how, Value x, const ResampledDim &to) {
  Compose &compose = node.compose();
  const auto known = knownOf(node, how, x, to);
  if (!known) {
    Value repeated = repeatElements(node, how, x, to);
    return repeated ? repeated : resampleByValues(node, how, x, to);
  }
  if (how.mode == "nearest")
    return compose.resizeNearest(x, to.dim, known->out,
                                 [&](int64_t i) { return int64_t(nearestTo(how, known->source(i))); });
  return applyTaps(compose, tapsOf(how, known->in, known->out, known->scale, known->source), x, to.dim, known->in);
}

/// Mode linear along all the dimensions at once.
Value interpolate(Node &node, const Resampling &how, Value x, llvm::ArrayRef<ResampledDim> dims) {
  Compose &compose = node.compose();
  const int64_t rank = node.rank(x);
  llvm::SmallVector<Compose::Neighbours> along;
  for (const ResampledDim &to : dims) {
    const auto known = knownOf(node, how, x, to);
    auto neighbours =
        known ? compose.linearNeighbours(x, to.dim, known->out, known->source) : neighboursByValues(node, how, x, to);
    if (!neighbours)
      return {};
    along.push_back(*neighbours);
  }
  // ONNX Runtime interpolates between planes or in volumes whichever of their dimensions are resized: a single row is
  // half of itself twice, which rounds otherwise than the whole of it.
  const int64_t reach = rank == 3 || rank == 5 ? 3 : 2;
  const int64_t last = rank == 4 && dims.front().dim == 1 && dims.back().dim < 3 ? 2 : rank - 1;
  for (int64_t dim = last - reach + 1; rank <= 5 && dim >= 0 && dim <= last; ++dim) {
    auto at = llvm::find_if(along, [&](const Compose::Neighbours &other) { return other.dim >= dim; });
    if ((at != along.end() && at->dim == dim) || !graph::isOne(compose.extentsOf(x)[dim]))
      continue;
    Value half = compose.scalarLike(x, 0.5);
    along.insert(at, Compose::Neighbours{dim, {}, {half, half}});
  }
  // The corners of a cell double with each dimension.
  for (llvm::ArrayRef<Compose::Neighbours> rest = along; x && !rest.empty();
       rest = rest.drop_front(std::min<size_t>(rest.size(), 3)))
    x = compose.resizeLinear(x, rest.take_front(3));
  return x;
}

} // namespace

Value resample(Node &node, const Resampling &how, Value x, llvm::ArrayRef<ResampledDim> dims) {
  Compose &compose = node.compose();
  llvm::SmallVector<ResampledDim> changed;
  for (const ResampledDim &to : dims) {
    const auto known = knownOf(node, how, x, to);
    if (known && (known->out > (int64_t(1) << 20) || known->out < 0 || (known->in < 1 && known->out > 0)))
      return node.fail("resizing axis " + llvm::Twine(to.dim) + " from " + llvm::Twine(known->in) + " to " +
                       llvm::Twine(known->out));
    if (!known || known->in != known->out || known->scale != 1 || how.crops())
      changed.push_back(to);
  }
  if (changed.empty())
    return x;
  Extents extents = compose.extentsOf(x);
  for (const ResampledDim &to : changed)
    extents[to.dim] = to.out;
  const Type element = compose.elementOf(x);
  if (llvm::any_of(extents, [](AffineExpr extent) { return graph::constantOf(extent) == 0; }))
    return compose.splat(extents, element, 0);
  Value result = x, inside;
  for (const ResampledDim &to : changed)
    if (how.crops()) {
      Value along = insideOf(node, how, x, to);
      inside = inside && along ? compose.binary(BinaryKind::And, inside, along) : along;
    }
  // Weights are floats; integers are resampled in float and rounded towards zero, as a cast does.
  if (how.mode != "nearest" && !mlir::isa<mlir::FloatType>(element))
    result = compose.cast(x, compose.getF32Type());
  if (how.mode == "linear" && !how.antialias && !how.excludeOutside)
    result = interpolate(node, how, result, changed);
  else // ONNX Runtime begins with the last dimension
    for (const ResampledDim &to : llvm::reverse(changed))
      result = result ? resampleAlong(node, how, result, to) : result;
  result = result ? compose.cast(result, element) : result;
  if (result && how.crops())
    result = compose.select(inside, result, compose.scalarLike(result, how.extrapolation));
  return result;
}

} // namespace wasmind::onnx
