//===- Slides.h - convolutions and windows whose amounts may be known at run time only ---------------------------===//
//
//   te::Var n = te::var("n"), h = te::var("h"), c = te::var("c"), o = te::var("o"), k = te::var("k");
//   te::Var out = te::var("out"), s = te::var("s"), p = te::var("p");
//   te::Tensor x = te::placeholder({n, h, c}, te::DType::F32, "x"), w = te::placeholder({k, c, o}, te::DType::F32,
//   "w"); te::Tensor y = te::convolve(x, w, {out}, {{.stride = s, .pad = p}}, "y"); auto graph = te::trace(context, {x,
//   w}, {y}, {}, {out, s, p});
//
// Sizes, extents, strides, pads and dilations are constants, vars, or expressions of such with + - * and floordiv and
// floormod by constants. Vars that are the extent of no input are named to `trace`.
//
// What is constant is checked. Of what is known at run time only, the caller guarantees: sizes, strides and dilations
// are at least 1, pads and extents at least 0, and (extent - 1) * stride + (size - 1) * dilation and the input's extent
// + pad stay below 2^31. The extents are free otherwise: no element outside a tensor is read, also where windows lie
// outside partly or wholly.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/expr/Expression.h"

namespace wasmind::te {

/// How windows follow each other along one spatial dimension: element k of window i is element
/// i * stride - pad + k * dilation of the input.
struct Slide {
  Expr stride = 1, pad = 0, dilation = 1;
};

/// Convolution (cross-correlation): sums of products of the weights and the elements under them; elements outside the
/// input count as zero. Both have one element type, i8 and u8 may meet; these two give i32.
/// \param input    [N, spatial..., C], 1 to 3 spatial dimensions
/// \param weights  [spatial..., C, O]
/// \param extents  of the result's spatial dimensions
/// \param slides   one per spatial dimension
/// \returns [N, extents..., O]
Tensor convolve(const Tensor &input, const Tensor &weights, std::vector<Expr> extents, std::vector<Slide> slides,
                std::string name = "convolve");

/// The same for each channel by itself. \param weights  [spatial..., 1, C] \returns [N, extents..., C]
Tensor depthwise(const Tensor &input, const Tensor &weights, std::vector<Expr> extents, std::vector<Slide> slides,
                 std::string name = "depthwise");

/// The largest element of each window; elements outside the input do not take part. Of no elements it is the lowest
/// value (-inf), and NaN where an element is NaN.
/// \param input    [N, spatial..., C], 1 to 3 spatial dimensions
/// \param sizes    of the windows, one per spatial dimension, as extents and slides
/// \returns [N, extents..., C] of the input's element type
Tensor maxWindow(const Tensor &input, std::vector<Expr> sizes, std::vector<Expr> extents, std::vector<Slide> slides,
                 std::string name = "window");
/// The smallest element of each window; of no elements the highest value (inf).
Tensor minWindow(const Tensor &input, std::vector<Expr> sizes, std::vector<Expr> extents, std::vector<Slide> slides,
                 std::string name = "window");
/// The sum of each window's elements, in the input's element type; of no elements 0.
Tensor sumWindow(const Tensor &input, std::vector<Expr> sizes, std::vector<Expr> extents, std::vector<Slide> slides,
                 std::string name = "window");

} // namespace wasmind::te
