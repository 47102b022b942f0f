#include "compiler/frontend/onnx/Resampling.h"

// Resize's predecessor: asymmetric coordinates; the scales are an input since opset 9, an attribute before, and two of
// them, of images, before opset 7.
WASMIND_ONNX_OPERATOR(Upsample) {
  Value x = node.input(0);
  Resampling how;
  how.mode = node.string("mode", "nearest");
  if (node.opset() < 7 && how.mode == "bilinear")
    how.mode = "linear";
  if (!how.isValid(node))
    return Failure();
  std::optional<llvm::SmallVector<Amount>> scales;
  if (node.opset() >= 9) {
    scales = amountsOf(node, 1, "scales");
  } else {
    auto given = node.opset() >= 7
                     ? node.reals("scales")
                     : llvm::SmallVector<double>{1, 1, node.real("height_scale"), node.real("width_scale")};
    scales = llvm::map_to_vector<6>(given, [](double scale) { return Amount{float(scale), {}}; });
  }
  if (!scales)
    return Failure();
  if (int64_t(scales->size()) != node.rank(x))
    return node.fail(llvm::Twine(scales->size()) + " scales for rank " + llvm::Twine(node.rank(x)));
  llvm::SmallVector<ResampledDim> dims;
  for (auto [dim, scale] : llvm::enumerate(*scales)) {
    auto out = scaledExtent(node, x, dim, scale);
    if (!out)
      return Failure();
    if (!scale.is(1))
      dims.push_back({int64_t(dim), *out, scale});
  }
  return resample(node, how, x, dims);
}
