// e^x = 2^k e^r with r = x - k ln 2, |r| <= ln 2 / 2, and the Taylor series of e^r - 1.
#include "runtime/guest/Math.h"
#include "runtime/guest/MathParts.h"

namespace wasmind::guest {

double expm1Reduced(double high, double low) {
  // 1 / n!; the first term left out is below 2^-57 of the result.
  static const double series[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                                  1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                                  1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
  return high + (high * high * polynomial(series, high) + low);
}

static constexpr double log2OfE = 0x1.71547652b82fep+0;

/// k, and x - k ln 2 in two parts.
static double reduce(Double2 x, Double2 &rest) {
  double k = __builtin_rint(x.high * log2OfE);
  double high = x.high - k * ln2High, low = x.low - k * ln2Low;
  rest = add(high, low);
  return k;
}

double expParts(Double2 x) {
  if (!(x.high < 709.79)) // also NaN
    return x.high * __builtin_inf();
  if (x.high < -745.14)
    return 0;
  Double2 rest;
  double k = reduce(x, rest);
  return scale(1 + expm1Reduced(rest.high, rest.low), int32_t(k));
}

} // namespace wasmind::guest

using namespace wasmind::guest;

WASMIND_MATH double exp(double x) { return expParts({x, 0}); }

// Half a unit of float's last place needs 2^-30 only.
WASMIND_MATH float expf(float x) {
  if (!(x < 89))
    return x * __builtin_inff();
  if (x < -104)
    return 0;
  static const double series[] = {1, 1, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320};
  double k = __builtin_rint(x * log2OfE), r = x - k * 0x1.62e42fefa39efp-1;
  return float(polynomial(series, r) * powerOfTwo(int32_t(k)));
}

WASMIND_MATH double exp2(double x) {
  if (!(x < 1025))
    return x * __builtin_inf();
  if (x < -1076)
    return 0;
  double k = __builtin_rint(x);
  Double2 rest = multiply(x - k, 0x1.62e42fefa39efp-1);
  return scale(1 + expm1Reduced(rest.high, rest.low + (x - k) * 0x1.abc9e3b39803fp-56), int32_t(k));
}

WASMIND_MATH double exp10(double x) {
  if (!(x < 309))
    return x * __builtin_inf();
  if (x < -324)
    return 0;
  Double2 product = multiply(x, 0x1.26bb1bbb55516p+1);
  return expParts({product.high, product.low + x * -0x1.f48ad494ea3e9p-53});
}

WASMIND_MATH double expm1(double x) {
  if (!(x < 709.79))
    return x * __builtin_inf();
  if (x < -45)
    return -1;
  if (__builtin_fabs(x) < 0.34)
    return x == 0 ? x : expm1Reduced(x, 0);
  Double2 rest;
  double k = reduce({x, 0}, rest), inner = expm1Reduced(rest.high, rest.low);
  if (k > 55)
    return scale(1 + inner, int32_t(k)) - 1;
  double power = powerOfTwo(int32_t(k));
  return power * inner + (power - 1);
}

WASMIND_MATH double sinh(double x) {
  double absolute = __builtin_fabs(x), result;
  if (absolute < 22) {
    double e = expm1(absolute);
    result = 0.5 * (e + e / (e + 1));
  } else {
    // In two halves: e^x overflows a little before its half does.
    double half = exp(0.5 * absolute);
    result = 0.5 * half * half;
  }
  return __builtin_copysign(absolute > 0 ? result : x, x);
}

WASMIND_MATH double cosh(double x) {
  double absolute = __builtin_fabs(x);
  if (absolute < 22) {
    double e = exp(absolute);
    return 0.5 * (e + 1 / e);
  }
  double half = exp(0.5 * absolute);
  return 0.5 * half * half;
}

WASMIND_MATH double tanh(double x) {
  double absolute = __builtin_fabs(x);
  if (absolute > 22)
    return __builtin_copysign(1, x);
  double e = expm1(-2 * absolute);
  return __builtin_copysign(-e / (e + 2), x);
}

WASMIND_MATH float exp2f(float x) { return float(exp2(x)); }
WASMIND_MATH float exp10f(float x) { return float(exp10(x)); }
WASMIND_MATH float expm1f(float x) { return float(expm1(x)); }
WASMIND_MATH float sinhf(float x) { return float(sinh(x)); }
WASMIND_MATH float coshf(float x) { return float(cosh(x)); }
WASMIND_MATH float tanhf(float x) { return float(tanh(x)); }
