#include "runtime/guest/Half.h"

namespace wasmind::guest {

/// To a sign, an exponent of the given bias and `mantissaBits`, sixteen bits together.
static uint16_t narrow(double value, uint32_t bias, uint32_t mantissaBits) {
  uint64_t bits = __builtin_bit_cast(uint64_t, value);
  uint32_t sign = uint32_t(bits >> 48) & 0x8000, infinity = (2 * bias + 1) << mantissaBits, magnitude;
  double absolute = __builtin_fabs(value);
  double units = __builtin_bit_cast(double, uint64_t(1023 + bias - 1 + mantissaBits) << 52); // of subnormals, per 1
  if (absolute * units < double(1u << mantissaBits)) {
    magnitude = uint32_t(__builtin_rint(absolute * units));
  } else {
    // The bits are ordered like the numbers: what is carried out of the mantissa is the next exponent.
    uint32_t drop = 52 - mantissaBits;
    bits &= ~(UINT64_C(1) << 63);
    bits += (UINT64_C(1) << (drop - 1)) - 1 + (bits >> drop & 1);
    bits = (bits >> drop) - (uint64_t(1023 - bias) << mantissaBits);
    magnitude = bits < infinity ? uint32_t(bits) : infinity;
  }
  if (value != value)
    magnitude = infinity | 1u << (mantissaBits - 1);
  return uint16_t(sign | magnitude);
}

uint16_t toHalf(double value) { return narrow(value, 15, 10); }
uint16_t toBrainFloat(double value) { return narrow(value, 127, 7); }

double fromHalf(uint16_t bits) {
  uint64_t sign = uint64_t(bits >> 15) << 63, exponent = bits >> 10 & 31, mantissa = uint64_t(bits & 1023) << 42;
  if (!exponent) // subnormal: units of 2^-24
    return __builtin_copysign(double(bits & 1023) * 0x1p-24, bits >> 15 ? -1.0 : 1.0);
  uint64_t wide = exponent == 31 ? 2047 : exponent + 1023 - 15;
  return __builtin_bit_cast(double, sign | wide << 52 | mantissa);
}

} // namespace wasmind::guest
