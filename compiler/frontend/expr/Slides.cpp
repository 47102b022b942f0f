//===- Slides.cpp - making convolutions and windows --------------------------------------------------------------===//
#include "compiler/frontend/expr/Slides.h"
#include "compiler/frontend/expr/Make.h"

namespace wasmind::te {
namespace {

bool isByte(DType dtype) { return dtype == DType::I8 || dtype == DType::U8; }

/// Makes the tensor of a convolution or of windows, or one that tells what is wrong.
class SlideMaker {
public:
  SlideMaker(SlideNode slide, std::vector<Expr> extents, std::string name)
      : slide(std::move(slide)), extents(std::move(extents)) {
    tensor.name = std::move(name);
  }

  Tensor make() {
    const Tensor &input = slide.operands[0];
    for (const Tensor &operand : slide.operands)
      if (tensor.error.empty())
        tensor.error = operand.error(); // names the tensor
    if (tensor.error.empty())
      if (std::string fault = faultOf(); !fault.empty())
        tensor.error = "tensor " + quoted(tensor.name) + ": " + fault;
    if (!tensor.error.empty())
      return tensorOf(std::move(tensor));
    const Tensor &last = slide.operands.back();
    tensor.dtype = !slide.reduces && isByte(input.dtype()) ? DType::I32 : input.dtype();
    tensor.shape = {input.shape().front()};
    tensor.shape.insert(tensor.shape.end(), extents.begin(), extents.end());
    tensor.shape.push_back(last.shape().back());
    tensor.slide = std::make_shared<const SlideNode>(std::move(slide));
    return tensorOf(std::move(tensor));
  }

private:
  SlideNode slide;
  std::vector<Expr> extents;
  TensorNode tensor;

  std::string faultOf() {
    const Tensor &input = slide.operands[0];
    size_t rank = input.shape().size();
    if (rank < 3 || rank > 5)
      return "the input " + quoted(input.name()) + " has " + std::to_string(rank) +
             " dimensions; it must be [N, spatial..., C] with 1 to 3 spatial ones";
    if (input.dtype() == DType::Bool)
      return "takes numbers, not bool";
    size_t spatial = rank - 2;
    if (extents.size() != spatial || slide.slides.size() != spatial || (slide.reduces && slide.sizes.size() != spatial))
      return "there are " + std::to_string(spatial) + " spatial dimensions, but " + std::to_string(extents.size()) +
             " extents and " + std::to_string(slide.slides.size()) + " slides" +
             (slide.reduces ? " and " + std::to_string(slide.sizes.size()) + " sizes" : "");
    if (!slide.reduces)
      if (std::string fault = faultOfWeights(slide.operands[1]); !fault.empty())
        return fault;
    std::string fault;
    auto settle = [&](Expr &amount, const char *noun) {
      amount = settled(amount);
      tensor.depth = std::max(tensor.depth, amount.node().depth + 1);
      if (fault.empty())
        fault = extentFault(amount, noun);
    };
    for (Expr &extent : extents)
      settle(extent, "extent");
    for (Expr &size : slide.sizes)
      settle(size, "size");
    for (Slide &along : slide.slides) {
      settle(along.stride, "stride");
      settle(along.pad, "pad");
      settle(along.dilation, "dilation");
    }
    for (const Tensor &operand : slide.operands)
      tensor.depth = std::max(tensor.depth, operand.node().depth + 1);
    if (fault.empty() && tensor.depth > maxDepth)
      fault = "the formula is nested more than " + std::to_string(maxDepth) + " deep";
    return fault;
  }

  std::string faultOfWeights(const Tensor &weights) {
    const Tensor &input = slide.operands[0];
    if (weights.shape().size() != input.shape().size())
      return "the weights " + quoted(weights.name()) + " have " + std::to_string(weights.shape().size()) +
             " dimensions, the input " + quoted(input.name()) + " has " + std::to_string(input.shape().size());
    if (input.dtype() != weights.dtype() && !(isByte(input.dtype()) && isByte(weights.dtype())))
      return "the input is " + wordOf(input.dtype()) + " and the weights are " + wordOf(weights.dtype()) +
             "; cast one of them";
    return "";
  }
};

Tensor convolution(const Tensor &input, const Tensor &weights, bool isDepthwise, std::vector<Expr> extents,
                   std::vector<Slide> slides, std::string name) {
  SlideNode slide{{input, weights}, {}, std::move(slides), std::nullopt, isDepthwise};
  return SlideMaker(std::move(slide), std::move(extents), std::move(name)).make();
}

Tensor windows(ReduceKind kind, const Tensor &input, std::vector<Expr> sizes, std::vector<Expr> extents,
               std::vector<Slide> slides, std::string name) {
  SlideNode slide{{input}, std::move(sizes), std::move(slides), kind, false};
  return SlideMaker(std::move(slide), std::move(extents), std::move(name)).make();
}

} // namespace

Tensor convolve(const Tensor &input, const Tensor &weights, std::vector<Expr> extents, std::vector<Slide> slides,
                std::string name) {
  return convolution(input, weights, false, std::move(extents), std::move(slides), std::move(name));
}

Tensor depthwise(const Tensor &input, const Tensor &weights, std::vector<Expr> extents, std::vector<Slide> slides,
                 std::string name) {
  return convolution(input, weights, true, std::move(extents), std::move(slides), std::move(name));
}

Tensor maxWindow(const Tensor &input, std::vector<Expr> sizes, std::vector<Expr> extents, std::vector<Slide> slides,
                 std::string name) {
  return windows(ReduceKind::Max, input, std::move(sizes), std::move(extents), std::move(slides), std::move(name));
}

Tensor minWindow(const Tensor &input, std::vector<Expr> sizes, std::vector<Expr> extents, std::vector<Slide> slides,
                 std::string name) {
  return windows(ReduceKind::Min, input, std::move(sizes), std::move(extents), std::move(slides), std::move(name));
}

Tensor sumWindow(const Tensor &input, std::vector<Expr> sizes, std::vector<Expr> extents, std::vector<Slide> slides,
                 std::string name) {
  return windows(ReduceKind::Sum, input, std::move(sizes), std::move(extents), std::move(slides), std::move(name));
}

} // namespace wasmind::te
