#include "compiler/frontend/onnx/Resampling.h"
#include "llvm/ADT/Sequence.h"
#include <cmath>

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
    how.cubicCoefficient = node.real("cubic_coeff_a", -0.75);
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
  std::optional<llvm::SmallVector<double>> scales, roi;
  std::optional<Extents> sizes;
  if (hasScales)
    scales = node.constantReals(scalesInput, "scales");
  else
    sizes = node.shape(3, "sizes");
  if (how.coordinates == "tf_crop_and_resize")
    roi = node.constantReals(1, "roi");
  if (node.failed())
    return Failure();
  const size_t count = axes.size();
  if ((scales ? scales->size() : sizes->size()) != count || (roi && roi->size() != 2 * count))
    return node.fail("scales, sizes or roi do not have one entry per axis");

  // Keeping the aspect ratio: one scale for all axes, the sizes follow.
  const std::string policy = node.string("keep_aspect_ratio_policy", "stretch");
  std::optional<double> common;
  if (sizes && policy != "stretch") {
    for (size_t i = 0; i < count; ++i) {
      auto in = node.staticExtent(x, axes[i]), out = graph::constantOf((*sizes)[i]);
      if (!in || !out || *in == 0)
        return node.fail("attribute 'keep_aspect_ratio_policy' needs static extents; fix them with --dim");
      const double scale = double(*out) / double(*in);
      common = !common ? scale : policy == "not_larger" ? std::min(*common, scale) : std::max(*common, scale);
    }
  }
  for (size_t i = 0; i < count; ++i) {
    const int64_t dim = axes[i];
    const AffineExpr in = compose.extentsOf(x)[dim];
    auto constant = graph::constantOf(in);
    std::optional<double> scale = scales ? std::optional((*scales)[i]) : common;
    AffineExpr out;
    if (scale) {
      if (!(*scale > 0 && *scale < 1e6) || (!constant && *scale != std::floor(*scale)))
        return node.fail("a scale of " + std::to_string(*scale) + " along axis " + llvm::Twine(dim) + " of extent '" +
                         node.text(in) + "'");
      const double exact = constant ? double(*constant) * *scale : 0;
      out = constant ? compose.getAffineConstantExpr(int64_t(common ? std::floor(exact + 0.5) : std::floor(exact)))
                     : in * int64_t(*scale);
    } else {
      out = (*sizes)[i];
      if (node.bounds(out).min < 0)
        return node.fail("a size of '" + node.text(out) + "'");
    }
    const bool isCropped = roi && ((*roi)[i] != 0 || (*roi)[count + i] != 1);
    if (graph::provablyEqual(in, out) && (!scale || *scale == 1.0) && !isCropped)
      continue;
    x = resample(node, how, x, dim, out, scale, roi ? (*roi)[i] : 0, roi ? (*roi)[count + i] : 1);
    if (!x)
      return Failure();
  }
  return x;
}
