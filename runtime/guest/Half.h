//===- Half.h - 16-bit floating point -----------------------------------------------------------------------------===//
#pragma once
#include <stdint.h>

namespace wasmind::guest {

/// The nearest binary16 or bfloat16, ties to even, rounded once; NaN stays NaN.
uint16_t toHalf(double value);
uint16_t toBrainFloat(double value);
/// The number of a binary16, exact.
double fromHalf(uint16_t bits);

/// A binary16 as an element.
struct HalfBits {
  uint16_t bits;
  explicit HalfBits(double value) : bits(toHalf(value)) {}
  explicit HalfBits(int64_t value) : bits(toHalf(double(value))) {} // exact where it matters: below 2^16
  explicit operator double() const { return fromHalf(bits); }
};

} // namespace wasmind::guest
