#include "compiler/frontend/onnx/Resampling.h"
#include <cmath>

// Resize's predecessor: asymmetric coordinates; the scales are an input since opset 9, an attribute before, and two of
// them, of images, before opset 7.
WASMIND_ONNX_OPERATOR(Upsample) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  Resampling how;
  how.mode = node.string("mode", "nearest");
  if (node.opset() < 7 && how.mode == "bilinear")
    how.mode = "linear";
  auto scales =
      node.opset() >= 9 ? node.constantReals(1, "scales")
      : node.opset() >= 7
          ? std::optional(node.reals("scales"))
          : std::optional(llvm::SmallVector<double>{1, 1, node.real("height_scale"), node.real("width_scale")});
  if (!scales || !how.isValid(node))
    return Failure();
  if (int64_t(scales->size()) != node.rank(x))
    return node.fail(llvm::Twine(scales->size()) + " scales for rank " + llvm::Twine(node.rank(x)));
  for (auto [dim, scale] : llvm::enumerate(*scales)) {
    AffineExpr in = compose.extentsOf(x)[dim];
    auto constant = graph::constantOf(in);
    if (!(scale > 0 && scale < 1e6) || (!constant && scale != std::floor(scale)))
      return node.fail("a scale of " + std::to_string(scale) + " along axis " + llvm::Twine(dim));
    AffineExpr out =
        constant ? compose.getAffineConstantExpr(int64_t(std::floor(double(*constant) * scale))) : in * int64_t(scale);
    if (scale != 1.0)
      x = resample(node, how, x, dim, out, scale);
    if (!x)
      return Failure();
  }
  return x;
}
