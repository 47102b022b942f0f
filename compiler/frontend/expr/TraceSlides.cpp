//===- TraceSlides.cpp - convolutions and windows to the graph's -------------------------------------------------===//
#include "compiler/frontend/expr/Tracer.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::te {

AffineExpr Tracer::amountOf(const Expr &amount, StringRef noun, size_t dim, int64_t least) {
  AffineExpr e = extentOf(amount.node(), noun);
  if (!e)
    return nullptr;
  Interval bounds = boundsOf(e, dims);
  if (bounds.max < least || bounds.min > std::numeric_limits<int32_t>::max())
    return fail("the " + noun + " " + amount.text() + " of spatial dimension " + Twine(dim) + " is " +
                (bounds.max < least ? "less than " + Twine(least) : Twine("larger than 2^31 - 1")));
  return e;
}

Value Tracer::slid(const TensorNode &tensor) {
  const SlideNode &slide = *tensor.slide;
  SmallVector<Value, 2> operands;
  for (const Tensor &operand : slide.operands) {
    operands.push_back(valueOf(operand.node()));
    if (!operands.back())
      return nullptr;
  }
  Compose::Extents input = builder.extentsOf(operands[0]), sizes;
  Compose::WindowAttributes slides;
  for (auto [i, along] : llvm::enumerate(slide.slides)) {
    slides.extents.push_back(amountOf(tensor.shape[i + 1], "extent", i, 0));
    slides.strides.push_back(amountOf(along.stride, "stride", i, 1));
    slides.padLow.push_back(amountOf(along.pad, "pad", i, 0));
    slides.dilations.push_back(amountOf(along.dilation, "dilation", i, 1));
    if (slide.reduces)
      sizes.push_back(amountOf(slide.sizes[i], "size", i, 1));
    if (failed())
      return nullptr;
  }
  AffineExpr zero = builder.getAffineConstantExpr(0), one = builder.getAffineConstantExpr(1);
  if (slide.reduces) { // every dimension has an entry
    auto around = [](Compose::Extents &list, AffineExpr first, AffineExpr last) {
      list.insert(list.begin(), first);
      list.push_back(last);
    };
    around(sizes, one, one);
    around(slides.strides, one, one);
    around(slides.padLow, zero, zero);
    around(slides.dilations, one, one);
    around(slides.extents, input.front(), input.back());
    return builder.window(graph::ReduceKind(*slide.reduces), operands[0], sizes, slides);
  }
  Compose::Extents weights = builder.extentsOf(operands[1]);
  AffineExpr channels = slide.isDepthwise ? weights.back() : weights[weights.size() - 2];
  if (slide.isDepthwise && !isOne(weights[weights.size() - 2]))
    return fail("the weights '" + slide.operands[1].name() + "' of a depthwise convolution must be [spatial..., 1, C]");
  if (!provablyEqual(channels, input.back()))
    return fail("the input '" + slide.operands[0].name() + "' has " + toString(input.back(), ArrayRef<const Node *>()) +
                " channels, the weights '" + slide.operands[1].name() + "' are for " +
                toString(channels, ArrayRef<const Node *>()));
  return builder.convolve(operands[0], operands[1], slides, slide.isDepthwise ? channels : one);
}

} // namespace wasmind::te
