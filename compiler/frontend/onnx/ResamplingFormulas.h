//===- ResamplingFormulas.h - where elements of a resampled dimension come from -----------------------------------===//
//
// The formulas of operator Resize, for `float` while compiling and for `Real`, which composes what a run computes. In
// double, 4 / 0.8f is less than 5, and the element before would be the nearest.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Resampling.h"
#include <cmath>

namespace wasmind::onnx {

inline float choose(bool condition, float a, float b) { return condition ? a : b; }
/// offset + (x + 0.5) / scale - 0.5, rounded once.
inline float halfPixelBehind(float offset, float x, float scale) {
  return float(double(offset) + (double(x) + 0.5) / double(scale) - 0.5);
}

/// f32 numbers [n] or [1].
struct Real {
  Compose *compose;
  Value value;

  Real with(Value other) const { return {compose, other}; }
  Real number(float other) const { return with(compose->scalar(compose->getF32Type(), other, 1)); }
};

#define WASMIND_REAL_OPERATOR(op, function)                                                                            \
  inline Real operator op(const Real &a, const Real &b) { return a.with(a.compose->function(a.value, b.value)); }      \
  inline Real operator op(const Real &a, float b) { return a op a.number(b); }                                         \
  inline Real operator op(float a, const Real &b) { return b.number(a) op b; }
WASMIND_REAL_OPERATOR(+, add)
WASMIND_REAL_OPERATOR(-, sub)
WASMIND_REAL_OPERATOR(*, mul)
WASMIND_REAL_OPERATOR(/, div)
#undef WASMIND_REAL_OPERATOR

inline Value operator<=(const Real &a, const Real &b) {
  return a.compose->compare(CompareKind::LessEqual, a.value, b.value);
}
inline Value operator<=(const Real &a, float b) { return a <= a.number(b); }
inline Value operator<=(float a, const Real &b) { return b.number(a) <= b; }
inline Real choose(Value condition, const Real &a, const Real &b) {
  return a.with(a.compose->select(condition, a.value, b.value));
}
inline Real choose(Value condition, const Real &a, float b) { return choose(condition, a, a.number(b)); }
inline Real floor(const Real &a) { return a.with(a.compose->unary(UnaryKind::Floor, a.value)); }
inline Real ceil(const Real &a) { return a.with(a.compose->unary(UnaryKind::Ceil, a.value)); }
inline Real abs(const Real &a) { return a.with(a.compose->unary(UnaryKind::Abs, a.value)); }

inline Real halfPixelBehind(const Real &offset, const Real &x, const Real &scale) {
  Compose &compose = *x.compose;
  auto wide = [&](const Real &a) { return compose.cast(a.value, compose.getF64Type()); };
  Value half = compose.scalar(compose.getF64Type(), 0.5, 1);
  Value sum = compose.add(wide(offset), compose.div(compose.add(wide(x), half), wide(scale)));
  return x.with(compose.cast(compose.sub(sum, half), compose.getF32Type()));
}

/// Source coordinate of output element x, for input and output extents, the scale, and the region of interest.
template <typename Number>
Number sourceOf(const Resampling &how, const Number &x, const Number &in, const Number &out, const Number &scale,
                const Number &roiStart, const Number &roiEnd) {
  if (how.coordinates == "half_pixel")
    return (x + 0.5f) / scale - 0.5f;
  if (how.coordinates == "half_pixel_symmetric") {
    // The output may be a little shorter or longer than in * scale; both centres are kept together.
    const Number adjustment = out / (in * scale), centre = in / 2.0f;
    return halfPixelBehind(centre * (1.0f - adjustment), x, scale);
  }
  if (how.coordinates == "pytorch_half_pixel")
    return choose(out <= 1.0f, x * 0.0f, (x + 0.5f) / scale - 0.5f);
  if (how.coordinates == "align_corners")
    return choose(out <= 1.0f, x * 0.0f, x * (in - 1.0f) / (out - 1.0f));
  if (how.coordinates == "tf_half_pixel_for_nn")
    return (x + 0.5f) / scale;
  if (how.coordinates == "tf_crop_and_resize")
    return choose(out <= 1.0f, 0.5f * (roiStart + roiEnd) * (in - 1.0f),
                  roiStart * (in - 1.0f) + x * (roiEnd - roiStart) * (in - 1.0f) / (out - 1.0f));
  return x / scale; // asymmetric
}

/// The whole number nearest to a coordinate.
template <typename Number> Number nearestTo(const Resampling &how, const Number &coordinate) {
  using std::ceil, std::floor;
  if (how.nearest == "round_prefer_floor")
    return ceil(coordinate - 0.5f);
  if (how.nearest == "round_prefer_ceil")
    return floor(coordinate + 0.5f);
  return how.nearest == "ceil" ? ceil(coordinate) : floor(coordinate);
}

/// What an element at this distance counts, in modes linear and cubic.
template <typename Number> Number weightAt(const Resampling &how, const Number &distance) {
  using std::abs;
  const Number d = abs(distance);
  const float a = how.cubicCoefficient;
  if (how.mode != "cubic")
    return choose(d <= 1.0f, 1.0f - d, 0.0f);
  return choose(d <= 1.0f, ((a + 2) * d - (a + 3)) * d * d + 1.0f,
                choose(d <= 2.0f, ((a * d - 5 * a) * d + 8 * a) * d - 4 * a, 0.0f));
}

} // namespace wasmind::onnx
