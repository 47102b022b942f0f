// x = n pi / 2 + r with |r| <= pi / 4 in two parts, and the Taylor series of sine and cosine.
#include "runtime/guest/Math.h"
#include "runtime/guest/MathParts.h"

namespace wasmind::guest {

namespace {

constexpr int32_t piWordCount = 38;
/// 2 / pi = sum of twoOverPi[i] * 2^(-32 (i + 1)).
const uint32_t twoOverPi[piWordCount] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab};

/// The 32 bits of 2 / pi from bit `start` after the point on; before the point there are zeros.
uint32_t piBits(int32_t start) {
  int32_t word = start >> 5, shift = start & 31;
  uint64_t high = word >= 0 ? twoOverPi[word] : 0, low = word >= -1 ? twoOverPi[word + 1] : 0;
  return uint32_t((high << 32 | low) >> (32 - shift));
}

/// For large x: multiplies x with the 192 bits of 2 / pi that matter modulo 4 (M. H. Payne and R. N. Hanek, Radian
/// reduction for trigonometric functions, 1983).
int32_t reduceLarge(double x, Double2 &rest) {
  uint64_t bits = bitsOf(x);
  uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
  int32_t exponent = int32_t(bits >> 52 & 0x7ff) - 1075;
  // product = mantissa * those bits, modulo 2^192; two bits stand before its point. Least significant word first.
  uint32_t product[6] = {};
  for (int32_t half = 0; half < 2; ++half) {
    uint64_t factor = half ? mantissa >> 32 : mantissa & 0xffffffff, carry = 0;
    for (int32_t word = half; word < 6; ++word) {
      carry += factor * piBits(exponent - 2 + 32 * (5 - (word - half))) + product[word];
      product[word] = uint32_t(carry);
      carry >>= 32;
    }
  }
  int32_t quadrant = int32_t(product[5] >> 30);
  product[5] &= 0x3fffffff;
  // To the nearest multiple: a fraction from a half on is the negative of its complement.
  double sign = 1;
  if (product[5] >> 29) {
    ++quadrant;
    sign = -1;
    product[5] ^= 0x3fffffff;
    for (int32_t word = 0; word < 5; ++word)
      product[word] ^= 0xffffffff; // less one unit of 2^-190
  }
  // Words to doubles, each exact. Leading ones may be zero: a double can come as close as 2^-62 to a multiple of pi
  // / 2.
  double unit = 0x1p-30, parts[6];
  for (int32_t word = 5; word >= 0; --word, unit *= 0x1p-32)
    parts[word] = product[word] * unit;
  Double2 upper = add(parts[5], parts[4]), lower = add(parts[3], parts[2]);
  Double2 fraction = add(upper.high, upper.low + (lower.high + (lower.low + parts[1])));
  Double2 scaled = multiply(fraction.high, 0x1.921fb54442d18p+0);
  scaled = add(scaled.high, scaled.low + fraction.high * 0x1.1a62633145c07p-54 + fraction.low * 0x1.921fb54442d18p+0);
  if (x < 0) {
    sign = -sign;
    quadrant = -quadrant;
  }
  rest = {sign * scaled.high, sign * scaled.low};
  return quadrant;
}

/// n modulo 4, and r.
int32_t reduce(double x, Double2 &rest) {
  double absolute = __builtin_fabs(x);
  if (absolute <= 0.78539816339744831) {
    rest = {x, 0};
    return 0;
  }
  if (absolute > 1e6)
    return reduceLarge(x, rest);
  // pi / 2 in three parts (W. J. Cody and W. Waite, Software manual for the elementary functions, 1980): the products
  // with the first two, of 33 bits each, are exact.
  double n = __builtin_rint(x * 0x1.45f306dc9c883p-1);
  double high = x - n * 0x1.921fb54400000p+0, second = n * 0x1.0b4611a600000p-34;
  double difference = high - second, lost = (high - difference) - second;
  rest = add(difference, lost - n * 0x1.3198a2e037073p-69);
  return int32_t(n);
}

double sineReduced(Double2 r) {
  static const double series[] = {-1.0 / 6,          1.0 / 120,          -1.0 / 5040,           1.0 / 362880,
                                  -1.0 / 39916800.0, 1.0 / 6227020800.0, -1.0 / 1307674368000., 1.0 / 355687428096000.};
  double z = r.high * r.high;
  return r.high + (r.low * (1 - 0.5 * z) + r.high * z * polynomial(series, z));
}

double cosineReduced(Double2 r) {
  static const double series[] = {1.0 / 24,          -1.0 / 720,           1.0 / 40320,          -1.0 / 3628800,
                                  1.0 / 479001600.0, -1.0 / 87178291200.0, 1.0 / 20922789888000.};
  double z = r.high * r.high, half = 0.5 * z, most = 1 - half;
  return most + (((1 - most) - half) + (z * z * polynomial(series, z) - r.high * r.low));
}

/// Sine of x + quadrants * pi / 2.
double sine(double x, int32_t quadrants) {
  if (!(__builtin_fabs(x) < __builtin_inf()))
    return x - x;
  Double2 rest;
  int32_t quadrant = reduce(x, rest) + quadrants;
  double result = quadrant & 1 ? cosineReduced(rest) : sineReduced(rest);
  return quadrant & 2 ? -result : result;
}

} // namespace
} // namespace wasmind::guest

using namespace wasmind::guest;

WASMIND_MATH double sin(double x) { return x == 0 ? x : sine(x, 0); }
WASMIND_MATH double cos(double x) { return sine(x, 1); }
WASMIND_MATH double tan(double x) {
  if (x == 0 || !(__builtin_fabs(x) < __builtin_inf()))
    return x == 0 ? x : x - x;
  Double2 rest;
  int32_t quadrant = reduce(x, rest);
  double s = sineReduced(rest), c = cosineReduced(rest);
  return quadrant & 1 ? -c / s : s / c;
}
WASMIND_MATH float sinf(float x) { return float(sin(x)); }
WASMIND_MATH float cosf(float x) { return float(cos(x)); }
WASMIND_MATH float tanf(float x) { return float(tan(x)); }
