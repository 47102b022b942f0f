// Functions on the representation; all but hypot are exact.
#include "runtime/guest/Math.h"
#include "runtime/guest/MathParts.h"

using namespace wasmind::guest;

namespace {

template <typename Real, typename Bits> Real next(Real x, Real towards) {
  if (x != x || towards != towards)
    return x + towards;
  if (x == towards)
    return towards;
  if (x == 0)
    return __builtin_copysign(__builtin_bit_cast(Real, Bits(1)), towards);
  // Bits of one sign are ordered like the numbers.
  bool isAway = (x < towards) == (x > 0);
  return __builtin_bit_cast(Real, Bits(__builtin_bit_cast(Bits, x) + (isAway ? 1 : -1)));
}

/// Halfway cases away from zero.
template <typename Real> Real roundAway(Real x) {
  Real whole = __builtin_elementwise_trunc(x), rest = x - whole;
  return rest >= Real(0.5) ? whole + 1 : rest <= Real(-0.5) ? whole - 1 : whole;
}

} // namespace

WASMIND_MATH double ldexp(double x, int exponent) {
  uint64_t bits = bitsOf(x);
  int32_t field = int32_t(bits >> 52 & 0x7ff);
  if (x == 0 || field == 0x7ff)
    return x;
  if (!field) {
    bits = bitsOf(x * 0x1p54);
    field = int32_t(bits >> 52 & 0x7ff) - 54;
  }
  exponent = exponent > 5000 ? 5000 : exponent < -5000 ? -5000 : exponent;
  field += exponent;
  if (field > 2046)
    return __builtin_copysign(__builtin_inf(), x);
  if (field < -60)
    return __builtin_copysign(0, x);
  // Subnormal results come from a normal number, so that they are rounded once.
  uint64_t rest = bits & ~(UINT64_C(0x7ff) << 52);
  return field > 0 ? fromBits(rest | uint64_t(field) << 52) : fromBits(rest | uint64_t(field + 64) << 52) * 0x1p-64;
}

WASMIND_MATH double fmod(double x, double y) {
  double divisor = __builtin_fabs(y), dividend = __builtin_fabs(x);
  if (!(dividend < __builtin_inf()) || !(divisor > 0))
    return __builtin_nan("");
  if (dividend < divisor)
    return x;
  // Long division of the mantissas, bit by bit.
  auto mantissaOf = [](double number, int32_t &exponent) {
    uint64_t bits = bitsOf(number), mantissa = bits & ((UINT64_C(1) << 52) - 1);
    exponent = int32_t(bits >> 52);
    if (exponent)
      return mantissa | UINT64_C(1) << 52;
    exponent = 1;
    return mantissa;
  };
  int32_t exponent, divisorExponent;
  uint64_t rest = mantissaOf(dividend, exponent), step = mantissaOf(divisor, divisorExponent);
  for (;; --exponent) {
    // A subnormal divisor is less than half of what rest may be: more than one subtraction.
    rest %= step;
    if (exponent == divisorExponent)
      break;
    rest <<= 1;
  }
  // rest < step fits the divisor's exponent.
  return __builtin_copysign(ldexp(double(rest), divisorExponent - 1075), x);
}

WASMIND_MATH double hypot(double x, double y) {
  x = __builtin_fabs(x);
  y = __builtin_fabs(y);
  if (x == __builtin_inf() || y == __builtin_inf())
    return __builtin_inf();
  double larger = x > y ? x : y, factor = larger > 0x1p500 ? 0x1p-600 : larger < 0x1p-500 ? 0x1p600 : 1;
  x *= factor;
  y *= factor;
  Double2 xx = multiply(x, x), yy = multiply(y, y);
  Double2 sum = xx.high > yy.high ? add(xx.high, yy.high) : add(yy.high, xx.high);
  return __builtin_sqrt(sum.high + (sum.low + xx.low + yy.low)) / factor;
}

WASMIND_MATH double nextafter(double x, double towards) { return next<double, uint64_t>(x, towards); }
WASMIND_MATH double round(double x) { return roundAway(x); }
// A NaN is no number: the other one counts.
WASMIND_MATH double fmin(double x, double y) { return x != x ? y : y != y ? x : __builtin_elementwise_minimum(x, y); }
WASMIND_MATH double fmax(double x, double y) { return x != x ? y : y != y ? x : __builtin_elementwise_maximum(x, y); }

WASMIND_MATH float ldexpf(float x, int exponent) { return float(ldexp(x, exponent)); }
WASMIND_MATH float fmodf(float x, float y) { return float(fmod(x, y)); }
WASMIND_MATH float hypotf(float x, float y) { return float(hypot(x, y)); }
WASMIND_MATH float nextafterf(float x, float towards) { return next<float, uint32_t>(x, towards); }
WASMIND_MATH float roundf(float x) { return roundAway(x); }
WASMIND_MATH float fminf(float x, float y) { return x != x ? y : y != y ? x : __builtin_elementwise_minimum(x, y); }
WASMIND_MATH float fmaxf(float x, float y) { return x != x ? y : y != y ? x : __builtin_elementwise_maximum(x, y); }
