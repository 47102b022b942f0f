#include "compiler/frontend/onnx/Resampling.h"
#include "llvm/ADT/Sequence.h"

namespace wasmind::onnx {

static std::optional<Extents> sizesOf(Node &node, Value x, const Integers &axes) {
  auto elements = node.elements(3, "sizes");
  if (!elements)
    return std::nullopt;
  if (elements->size() != axes.size())
    return node.fail("sizes do not have one entry per axis");
  Extents sizes;
  for (auto [element, dim] : llvm::zip_equal(*elements, axes)) {
    auto size = node.extentOf(element, 0, dim, std::nullopt, usualExtent(node, x, dim));
    if (!size)
      return std::nullopt;
    sizes.push_back(*size);
  }
  return sizes;
}

// The smallest or largest quotient of a size and its extent.
static Amount commonScale(Node &node, Value x, const Integers &axes, const Extents &sizes, bool isSmallest) {
  Compose &compose = node.compose();
  const Type real = compose.getF32Type();
  std::optional<float> known;
  Value computed;
  bool isKnown = true;
  for (auto [dim, size] : llvm::zip(axes, sizes)) {
    const AffineExpr extent = compose.extentsOf(x)[dim];
    auto in = graph::constantOf(extent), out = graph::constantOf(size);
    isKnown &= in && out && *in > 0;
    if (isKnown) {
      const float scale = float(*out) / float(*in);
      known = !known ? scale : isSmallest ? std::min(*known, scale) : std::max(*known, scale);
    }
    Value scale = compose.div(compose.cast(compose.extent(size), real), compose.cast(compose.extent(extent), real));
    computed = !computed ? scale : isSmallest ? compose.minimum(computed, scale) : compose.maximum(computed, scale);
  }
  return isKnown ? Amount{known, {}} : Amount{{}, computed};
}

} // namespace wasmind::onnx

// Opset 10: X, scales. Since 11: X, roi, scales, sizes.
WASMIND_ONNX_OPERATOR(Resize) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  Resampling how;
  how.mode = node.string("mode", "nearest");
  if (node.opset() >= 11) {
    how.coordinates = node.string("coordinate_transformation_mode", "half_pixel");
    how.nearest = node.string("nearest_mode", "round_prefer_floor");
    how.cubicCoefficient = float(node.real("cubic_coeff_a", -0.75));
    how.excludeOutside = node.flag("exclude_outside");
    how.antialias = node.flag("antialias");
    how.extrapolation = node.real("extrapolation_value", 0);
  }
  if (!how.isValid(node))
    return Failure();
  Integers given = node.integers("axes", llvm::to_vector(llvm::seq<int64_t>(0, rank)));
  if (!node.axes(given, rank))
    return Failure();
  Integers axes;
  for (int64_t axis : given)
    axes.push_back(*node.axis(axis, rank));

  auto isEmpty = [&](unsigned i) {
    return !node.hasInput(i) || (node.rank(node.input(i)) == 1 && node.staticExtent(node.input(i), 0) == 0);
  };
  const unsigned scalesInput = node.opset() >= 11 ? 2 : 1;
  const bool hasScales = !isEmpty(scalesInput), hasSizes = node.opset() >= 11 && !isEmpty(3);
  if (hasScales == hasSizes)
    return node.fail("needs either scales or sizes");
  std::optional<llvm::SmallVector<Amount>> scales, roi;
  std::optional<Extents> sizes;
  if (hasScales)
    scales = amountsOf(node, scalesInput, "scales");
  else
    sizes = sizesOf(node, x, axes);
  if (how.crops())
    roi = amountsOf(node, 1, "roi");
  if (node.failed())
    return Failure();
  const size_t count = axes.size();
  if ((scales ? scales->size() : sizes->size()) != count || (roi && roi->size() != 2 * count))
    return node.fail("scales, sizes or roi do not have one entry per axis");

  // Keeping the aspect ratio: one scale for all axes, the sizes follow.
  const std::string policy = node.string("keep_aspect_ratio_policy", "stretch");
  std::optional<Amount> common;
  if (sizes && policy != "stretch")
    common = commonScale(node, x, axes, *sizes, policy == "not_larger");
  llvm::SmallVector<ResampledDim> dims;
  for (size_t i = 0; i < count; ++i) {
    const int64_t dim = axes[i];
    const AffineExpr in = compose.extentsOf(x)[dim];
    std::optional<Amount> scale = scales ? std::optional((*scales)[i]) : common;
    auto out = scale ? scaledExtent(node, x, dim, *scale, /*rounds=*/common.has_value()) : (*sizes)[i];
    if (!out || !node.require(*out, "a size of '" + node.text(*out) + "'"))
      return Failure();
    const bool isCropped = roi && !((*roi)[i].is(0) && (*roi)[count + i].is(1));
    if (graph::provablyEqual(in, *out) && (!scale || scale->is(1)) && !isCropped)
      continue;
    ResampledDim to{dim, *out, scale};
    if (roi)
      to.roiStart = (*roi)[i], to.roiEnd = (*roi)[count + i];
    dims.push_back(to);
  }
  llvm::sort(dims, [](const ResampledDim &a, const ResampledDim &b) { return a.dim < b.dim; });
  return resample(node, how, x, dims);
}
