//===- Floats.h - f16 and bf16 as bits ----------------------------------------------------------------------------===//
//
// IEEE 754 binary16 and bfloat16. Widening is exact; narrowing rounds once, to nearest, ties to even.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace wasmind::graph {

template <int exponentBits, int mantissaBits> uint16_t narrowFloat(double value) {
  constexpr int bias = (1 << (exponentBits - 1)) - 1;
  constexpr uint64_t infinity = ((uint64_t(1) << exponentBits) - 1) << mantissaBits;
  constexpr int shift = 52 - mantissaBits;
  uint64_t bits = std::bit_cast<uint64_t>(value);
  uint16_t sign = uint16_t(bits >> 48) & 0x8000;
  bits &= ~(uint64_t(1) << 63);
  double magnitude = std::bit_cast<double>(bits);
  if (std::isnan(value))
    return sign | infinity | (uint64_t(1) << (mantissaBits - 1));
  if (magnitude < std::ldexp(1.0, 1 - bias)) { // zero or subnormal: a multiple of the smallest number
    double steps = std::nearbyint(std::ldexp(magnitude, bias - 1 + mantissaBits));
    return sign | uint16_t(steps);
  }
  if (std::isinf(value))
    return sign | infinity;
  bits += (uint64_t(1) << (shift - 1)) - 1 + ((bits >> shift) & 1);
  uint64_t narrow = (bits >> shift) - (uint64_t(1023 - bias) << mantissaBits);
  return sign | uint16_t(narrow < infinity ? narrow : infinity);
}

/// The number, or where double does not hold it the neighbour whose last bit is set: that rounds to narrower types as
/// the number itself does.
template <typename T> double toOddDouble(T x) {
  if constexpr (std::is_integral_v<T> && sizeof(T) == 8) {
    constexpr uint64_t beyond = (1 << 11) - 1;
    uint64_t bits = uint64_t(x), magnitude = x < T(0) ? ~bits : bits;
    if (magnitude >> 53)
      return double(T((bits & ~beyond) | (bits & beyond ? beyond + 1 : 0)));
  }
  return double(x);
}

inline uint16_t halfFromDouble(double value) { return narrowFloat<5, 10>(value); }
inline uint16_t bfloatFromDouble(double value) { return narrowFloat<8, 7>(value); }

inline float halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16, exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  if (exponent == 0) {
    float magnitude = float(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  uint32_t wide = exponent == 31 ? 0x7f800000 : (exponent + 112) << 23;
  return std::bit_cast<float>(sign | wide | (mantissa << 13));
}

inline float bfloatToFloat(uint16_t bits) { return std::bit_cast<float>(uint32_t(bits) << 16); }

} // namespace wasmind::graph
