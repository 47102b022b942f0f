// Convolutions of images: the rules are at the head of runtime/guest/composite/Convolution.cpp. i8 and u8 are summed in
// i32, f16 in f32 and rounded once; sums of i32 wrap.
#include "operators/Images.h"

namespace wasmind::operators {

namespace {

/// images [N, H, W, C] and weights, whose shape begins with [KH, KW].
using Convolve = te::Tensor (*)(const te::Tensor &, const te::Tensor &, std::vector<Expr>, std::vector<te::Slide>,
                                std::string);

Operator::Tensors kernel(const abi::Variant &types, Convolve convolve, const std::vector<Expr> &channels) {
  Sliding sliding;
  te::Tensor a = images(types.inputs[0]);
  te::Tensor weights = te::placeholder({te::var("kernel_rows"), te::var("kernel_columns"), channels[0], channels[1]},
                                       types.inputs[1], "weights");
  te::Tensor sums = convolve(converted(computedIn(a.dtype()), a), converted(computedIn(weights.dtype()), weights),
                             sliding.extents(), sliding.slides(), "out");
  return {{a, weights}, {converted(types.outputs[0], sums)}, sliding.vars()};
}

Operator::Tensors convolution(const abi::Variant &types) {
  return kernel(types, te::convolve, {te::var("channels"), te::var("results")});
}

Operator::Tensors depthwise(const abi::Variant &types) {
  return kernel(types, te::depthwise, {1, te::var("channels")});
}

} // namespace

std::vector<Operator> Convolutions() {
  const std::vector<std::string> tensors{"a", "weights"};
  std::vector<abi::Variant> variants;
  for (DType type : floats)
    variants.push_back({{type, type}, {type}});
  for (DType type : {DType::I8, DType::U8})
    variants.push_back({{type, DType::I8}, {DType::I32}});
  variants.push_back({{DType::I32, DType::I32}, {DType::I32}});
  const abi::Attribute groups = abi::Attribute::integer("groups", 1);
  const abi::Attribute channelsLast = abi::Attribute::boolean("channels_last", false);
  return {
      ofImages("Conv2D", "conv2d", tensors, {"strides", "pads", "dilations"}, {groups, channelsLast}, variants,
               {convolution, depthwise}),
      ofImages("DepthwiseConv2D", "depthwise_conv2d", tensors, {"strides", "pads", "dilations"}, {channelsLast},
               variants, {depthwise}),
      ofImages("Conv2DTranspose", "conv2d_transpose", tensors, {"strides", "pads", "dilations", "output_padding"},
               {groups, channelsLast}, variants, {convolution, depthwise}),
  };
}

} // namespace wasmind::operators
