// x^y = e^(y ln x), with ln x and the product in two parts; special values as C's annex F.
#include "runtime/guest/Math.h"
#include "runtime/guest/MathParts.h"

using namespace wasmind::guest;

WASMIND_MATH double pow(double x, double y) {
  const double infinity = __builtin_inf();
  if (y == 0 || x == 1)
    return 1;
  if (x != x || y != y)
    return x + y;
  double absoluteX = __builtin_fabs(x), absoluteY = __builtin_fabs(y);
  bool isInteger = __builtin_trunc(y) == y;
  // From 2^53 on every number is even.
  bool isOdd = isInteger && absoluteY < 0x1p53 && __builtin_trunc(0.5 * y) != 0.5 * y;
  double sign = isOdd ? __builtin_copysign(1, x) : 1;
  if (absoluteX == 1 && (isInteger || absoluteY == infinity))
    return sign;
  if (x < 0 && !isInteger && absoluteX < infinity)
    return __builtin_nan("");
  bool isLarge = (absoluteX > 1) == (y > 0);
  if (absoluteY > 0x1p70 || absoluteX == 0 || absoluteX == infinity)
    return sign * (isLarge ? infinity : 0);
  Double2 logarithm = logParts(absoluteX), product = multiply(logarithm.high, y);
  return sign * expParts(add(product.high, product.low + logarithm.low * y));
}

WASMIND_MATH float powf(float x, float y) { return float(pow(x, y)); }
