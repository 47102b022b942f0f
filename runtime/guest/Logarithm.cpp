// ln x = k ln 2 + ln m with m in [sqrt(1/2), sqrt(2)), and ln m = 2 atanh s = 2 (s + s^3 / 3 + s^5 / 5 + ...) with
// s = (m - 1) / (m + 1).
#include "runtime/guest/Math.h"
#include "runtime/guest/MathParts.h"

namespace wasmind::guest {

/// k and m.
static double split(double x, double &m) {
  int32_t k = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    k = -54;
  }
  // Adding the distance from sqrt(1/2) to 1 moves the exponent's change to where m starts.
  uint64_t bits = bitsOf(x) + (UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd));
  m = fromBits((bits & ((UINT64_C(1) << 52) - 1)) + UINT64_C(0x3fe6a09e667f3bcd));
  return k + int32_t(bits >> 52) - 1023;
}

/// z^2 / 5 + z^3 / 7 + ... for z = s^2 < 0.0295, to 2^-60.
static double tail(double z) {
  static const double series[] = {1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11, 1.0 / 13,
                                  1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23};
  return z * z * polynomial(series, z);
}

Double2 logParts(double x) {
  double m, k = split(x, m);
  // s in two parts: quotient, and remainder over the divisor, which itself may have lost a bit.
  double f = m - 1, divisor = m + 1, s = f / divisor;
  Double2 back = multiply(s, divisor);
  double sLow = ((f - back.high) - back.low - s * (m - (divisor - 1))) / divisor;
  Double2 z = multiply(s, s);
  z.low += 2 * s * sLow;
  // sum = z / 3 + z^2 / 5 + ...
  Double2 third = multiply(z.high, 0x1.5555555555555p-2);
  Double2 sum =
      add(third.high, third.low + z.low * 0x1.5555555555555p-2 + z.high * 0x1.5555555555555p-56 + tail(z.high));
  // 2 s + 2 s sum
  Double2 product = multiply(2 * s, sum.high);
  product.low += 2 * (s * sum.low + sLow * sum.high);
  Double2 result = add(2 * s, product.high);
  result.low += product.low + 2 * sLow;
  if (k == 0)
    return add(result.high, result.low);
  Double2 all = add(k * ln2High, result.high);
  return add(all.high, all.low + (result.low + k * ln2Low));
}

/// What is not a positive finite number: minus infinity at 0, NaN below, x otherwise.
static bool isSpecial(double x, double &result) {
  if (x > 0 && x < __builtin_inf())
    return false;
  result = x == 0 ? -__builtin_inf() : x < 0 ? __builtin_nan("") : x;
  return true;
}

/// ln x times a number in two parts.
static double scaledLog(double x, double high, double low) {
  double special;
  if (isSpecial(x, special))
    return special;
  Double2 l = logParts(x), product = multiply(l.high, high);
  return product.high + (product.low + l.high * low + l.low * high);
}

} // namespace wasmind::guest

using namespace wasmind::guest;

WASMIND_MATH double log(double x) {
  double special;
  if (isSpecial(x, special))
    return special;
  double m, k = split(x, m), f = m - 1, s = f / (m + 1), z = s * s, half = 0.5 * f * f;
  // f - f^2 / 2 + s (f^2 / 2 + 2 (z / 3 + ...)) equals 2 atanh s; f is exact and the rest is small.
  double rest = s * (half + 2 * (z * (1.0 / 3) + tail(z)));
  return k * ln2High - ((half - (rest + k * ln2Low)) - f);
}

WASMIND_MATH double log2(double x) {
  double m, k = split(x, m);
  // Powers of two exactly.
  return m == 1 && x > 0 && x < __builtin_inf() ? k : scaledLog(x, 0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56);
}

WASMIND_MATH double log10(double x) { return scaledLog(x, 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57); }

WASMIND_MATH double log1p(double x) {
  if (!(x > -1) || x == __builtin_inf() || __builtin_fabs(x) < 0x1p-53)
    return x > -1 ? x : log(x + 1);
  double sum = x + 1;
  // What the addition lost, to first order.
  double lost = x > 1 ? 1 - (sum - x) : x - (sum - 1);
  return log(sum) + lost / sum;
}

WASMIND_MATH double asinh(double x) {
  double absolute = __builtin_fabs(x), square = absolute * absolute, result;
  if (absolute > 0x1p28)
    result = log(absolute) + 0x1.62e42fefa39efp-1;
  else
    result = log1p(absolute + square / (1 + __builtin_sqrt(1 + square)));
  return __builtin_copysign(result, x);
}

WASMIND_MATH double acosh(double x) {
  if (!(x >= 1))
    return __builtin_nan("");
  if (x > 0x1p28)
    return log(x) + 0x1.62e42fefa39efp-1;
  double above = x - 1;
  return log1p(above + __builtin_sqrt(2 * above + above * above));
}

WASMIND_MATH double atanh(double x) {
  double absolute = __builtin_fabs(x);
  return __builtin_copysign(0.5 * log1p(2 * absolute / (1 - absolute)), x);
}

WASMIND_MATH float logf(float x) { return float(log(x)); }
WASMIND_MATH float log2f(float x) { return float(log2(x)); }
WASMIND_MATH float log10f(float x) { return float(log10(x)); }
WASMIND_MATH float log1pf(float x) { return float(log1p(x)); }
WASMIND_MATH float asinhf(float x) { return float(asinh(x)); }
WASMIND_MATH float acoshf(float x) { return float(acosh(x)); }
WASMIND_MATH float atanhf(float x) { return float(atanh(x)); }
