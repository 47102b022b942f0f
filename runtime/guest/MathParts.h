//===- MathParts.h - what the functions of Math.h are made of -----------------------------------------------------===//
#pragma once
#include <stdint.h>

/// Put before every definition of Math.h: weak, and not the builtin that would call itself.
#define WASMIND_MATH extern "C" __attribute__((weak, no_builtin))

namespace wasmind::guest {

inline uint64_t bitsOf(double x) { return __builtin_bit_cast(uint64_t, x); }
inline double fromBits(uint64_t bits) { return __builtin_bit_cast(double, bits); }

/// 2^exponent; -1022 <= exponent <= 1023.
inline double powerOfTwo(int32_t exponent) { return fromBits(uint64_t(exponent + 1023) << 52); }
/// x * 2^exponent, rounded once or, when the result is subnormal, twice.
inline double scale(double x, int32_t exponent) {
  int32_t half = exponent / 2;
  return x * powerOfTwo(half) * powerOfTwo(exponent - half);
}

/// The sum of two doubles, the second one much smaller: about 106 bits.
struct Double2 {
  double high, low;
};
/// a + b exactly, |a| >= |b| (T. J. Dekker, A floating-point technique for extending the available precision, 1971).
inline Double2 add(double a, double b) {
  double sum = a + b;
  return {sum, b - (sum - a)};
}
/// a * b exactly unless it overflows or underflows; |a|, |b| < 2^996 (the same paper).
inline Double2 multiply(double a, double b) {
  auto split = [](double x) {
    double large = x * 134217729.0, high = large - (large - x);
    return Double2{high, x - high};
  };
  Double2 c = split(a), d = split(b);
  double product = a * b;
  return {product, ((c.high * d.high - product) + c.high * d.low + c.low * d.high) + c.low * d.low};
}

// ln 2 in two parts, the first of 32 bits: its products with integers below 2^21 are exact.
inline constexpr double ln2High = 0x1.62e42fee00000p-1, ln2Low = 0x1.a39ef35793c76p-33;

/// e^(high + low) - 1 for |high| < 0.35.
double expm1Reduced(double high, double low);
/// e^(x.high + x.low).
double expParts(Double2 x);
/// ln x with a relative error of about 2^-64; 0 < x < infinity, not subnormal results of anything special.
Double2 logParts(double x);

/// c[0] + c[1] x + ... + c[count - 1] x^(count - 1), by Horner's rule.
template <int count> inline double polynomial(const double (&c)[count], double x) {
  double sum = c[count - 1];
  for (int i = count - 1; i--;)
    sum = sum * x + c[i];
  return sum;
}

} // namespace wasmind::guest
