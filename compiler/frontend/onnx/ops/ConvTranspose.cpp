#include "compiler/frontend/onnx/Windows.h"

// X [N, C, spatial...], W [C, O / group, spatial...], B [O]:
// out = (in - 1) * stride + output_padding + dilation * (kernel - 1) + 1 - pads.
WASMIND_ONNX_OPERATOR(ConvTranspose) {
  Compose &compose = node.compose();
  Value x = node.input(0), w = node.input(1);
  auto weights = node.staticExtents(w);
  if (!weights || weights->size() < 3)
    return node.fail("the weights must have a static shape of rank 3 or more");
  Integers kernel(weights->begin() + 2, weights->end());
  const size_t spatial = kernel.size();
  if (node.integers("kernel_shape", kernel) != kernel)
    return node.fail("attribute 'kernel_shape' differs from the weights' shape");
  auto window = windowOf(node, x, kernel, /*transposed=*/true);
  if (!window)
    return Failure();
  Integers outputPadding = node.integers("output_padding", Integers(spatial, 0));
  if (outputPadding.size() != spatial)
    return node.fail("attribute 'output_padding' has " + llvm::Twine(outputPadding.size()) + " entries for " +
                     llvm::Twine(spatial) + " spatial dimensions");
  for (int64_t extra : outputPadding)
    if (extra < 0 || extra > INT32_MAX)
      return node.fail("attribute 'output_padding' has an entry of " + llvm::Twine(extra));

  // Pads that follow from the wanted extents: the larger half at the end for SAME_UPPER only.
  const std::string autoPad = node.string("auto_pad", "NOTSET");
  const bool isSame = autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER";
  Extents extents = compose.extentsOf(x);
  Integers outputShape = node.integers("output_shape");
  if (!outputShape.empty() && outputShape.size() != spatial)
    return node.fail("attribute 'output_shape' has " + llvm::Twine(outputShape.size()) + " entries for " +
                     llvm::Twine(spatial) + " spatial dimensions");
  for (int64_t wanted : outputShape)
    if (wanted < 0 || wanted > INT32_MAX)
      return node.fail("attribute 'output_shape' has an entry of " + llvm::Twine(wanted));
  const bool upper = autoPad == "SAME_UPPER";
  Extents first(2, compose.getAffineConstantExpr(0)), kept(extents.begin(), extents.begin() + 2); // of the result
  kept[1] = compose.getAffineConstantExpr((*weights)[1] * node.integer("group", 1));
  bool isCut = false;
  for (size_t i = 0; i < spatial; ++i) {
    const int64_t stride = window->strides[i], span = window->dilations[i] * (kernel[i] - 1) + 1;
    AffineExpr total; // of both pads
    if (!outputShape.empty())
      total = graph::normalise((extents[i + 2] - 1) * stride + (outputPadding[i] + span - outputShape[i]));
    else if (isSame) // out = in * stride
      total = compose.getAffineConstantExpr(outputPadding[i] + span - stride);
    if (auto constant = total ? graph::constantOf(total) : std::nullopt) {
      // A negative total leaves zeros at the end.
      const int64_t half = *constant < 0 ? 0 : *constant / 2;
      window->padLow[i] = upper || *constant < 0 ? half : *constant - half;
      window->padHigh[i] = *constant - window->padLow[i];
    }
    AffineExpr out = (extents[i + 2] - 1) * stride + (outputPadding[i] + span - window->padLow[i] - window->padHigh[i]);
    if (!node.ensureAtLeast(out, 0))
      return node.fail("axis " + llvm::Twine(i + 2) + " of the result would have a negative extent");
    first.push_back(compose.getAffineConstantExpr(0));
    kept.push_back(out);
    if (total && !graph::constantOf(total)) { // cut from the whole result
      if (!node.ensureAtLeast(total, 0))
        return node.fail("attribute 'output_shape' asks for " + llvm::Twine(outputShape[i]) + " elements along axis " +
                         llvm::Twine(i + 2) + " of extent '" + node.text(extents[i + 2]) +
                         "', which may give less; bound it with --dim");
      isCut = true;
      first.back() = upper ? total.floorDiv(2) : (total + 1).floorDiv(2);
      kept.back() = compose.getAffineConstantExpr(outputShape[i]);
    }
  }
  Value result = compose.convolveTranspose(x, w, node.input(2), *window, node.integer("group", 1), outputPadding);
  return isCut && result ? compose.slice(result, first, kept) : result;
}
