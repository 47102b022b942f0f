// atan x = atan c + atan((x - c) / (1 + x c)) for c = 0, 1/2, 1, and = pi / 2 - atan(1 / x) beyond; the rest is a
// Taylor series. The others follow from atan2.
#include "runtime/guest/Math.h"
#include "runtime/guest/MathParts.h"

namespace wasmind::guest {

static constexpr double pi = 0x1.921fb54442d18p+1, piLow = 0x1.1a62633145c07p-53;

/// atan(y / x) for 0 <= y <= x, x > 0 finite.
static Double2 atanOfQuotient(double y, double x) {
  static const double series[] = {-1.0 / 3, 1.0 / 5,   -1.0 / 7, 1.0 / 9,   -1.0 / 11, 1.0 / 13, -1.0 / 15,
                                  1.0 / 17, -1.0 / 19, 1.0 / 21, -1.0 / 23, 1.0 / 25,  -1.0 / 27};
  double high = 0, low = 0, t = y / x;
  if (t >= 0.75) {
    high = pi / 4;
    low = piLow / 4;
    t = (y - x) / (y + x);
  } else if (t >= 0.25) {
    high = 0x1.dac670561bb4fp-2;
    low = 0x1.a2b7f222f65e2p-56;
    t = (2 * y - x) / (2 * x + y);
  }
  double z = t * t;
  return {high, low + t + t * z * polynomial(series, z)};
}

} // namespace wasmind::guest

using namespace wasmind::guest;

WASMIND_MATH double atan2(double y, double x) {
  if (x != x || y != y)
    return x + y;
  double absoluteX = __builtin_fabs(x), absoluteY = __builtin_fabs(y);
  bool isSteep = absoluteY > absoluteX, isLeft = __builtin_signbit(x);
  double smaller = isSteep ? absoluteX : absoluteY, larger = isSteep ? absoluteY : absoluteX;
  Double2 angle = {0, 0};
  if (smaller == __builtin_inf()) {
    angle = {pi / 4, piLow / 4};
  } else if (smaller > 0 && larger < __builtin_inf()) {
    // Far from overflow and underflow; the quotient does not change.
    if (larger > 0x1p1000) {
      smaller *= 0x1p-100;
      larger *= 0x1p-100;
    } else if (larger < 0x1p-900) {
      smaller *= 0x1p100;
      larger *= 0x1p100;
    }
    angle = atanOfQuotient(smaller, larger);
  }
  double result;
  if (isSteep)
    result = isLeft ? pi / 2 + (angle.high + (angle.low + piLow / 2)) : pi / 2 - (angle.high + (angle.low - piLow / 2));
  else
    result = isLeft ? pi - (angle.high + (angle.low - piLow)) : angle.high + angle.low;
  return __builtin_copysign(result, y);
}

WASMIND_MATH double atan(double x) { return atan2(x, 1); }
WASMIND_MATH double asin(double x) { return atan2(x, __builtin_sqrt((1 - x) * (1 + x))); }
WASMIND_MATH double acos(double x) {
  // The half angle, which is exact near 1: acos x = 2 atan(sqrt((1 - x) / (1 + x))).
  return 2 * atan2(__builtin_sqrt(1 - x), __builtin_sqrt(1 + x));
}
WASMIND_MATH float asinf(float x) { return float(asin(x)); }
WASMIND_MATH float acosf(float x) { return float(acos(x)); }
WASMIND_MATH float atanf(float x) { return float(atan(x)); }
WASMIND_MATH float atan2f(float y, float x) { return float(atan2(y, x)); }
