// Below 7/8 erf x = x P(x^2); from there on erfc x = e^(-x^2) Q(t) / (x + 1) with t from -1 to 1 as x goes from 7/8
// to 28. Both polynomials interpolate at Chebyshev nodes; their relative errors are below 2^-53 (mpmath with 60
// digits).
#include "runtime/guest/Math.h"
#include "runtime/guest/MathParts.h"

namespace wasmind::guest {

static double smallErf(double x) {
  static const double coefficients[] = {0x1.20dd750429b6dp+0,   -0x1.812746b037966p-2,  0x1.ce2f21a03c2e7p-4,
                                        -0x1.b82ce31070b34p-6,  0x1.565bccb69554ep-8,   -0x1.c02da32e567f3p-11,
                                        0x1.f9a123b1c535ep-14,  -0x1.f4aa9ce9b09efp-17, 0x1.b7eb5624cf151p-20,
                                        -0x1.4f89e4c7e59f7p-23, 0x1.67c831aa15fe9p-27};
  return x * polynomial(coefficients, x * x);
}

/// 7/8 <= x <= 28.
static double largeErfc(double x) {
  static const double coefficients[] = {0x1.602b08555f0efp-1,   -0x1.1de134208da6bp-3,  0x1.5e09feda32e2bp-5,
                                        -0x1.88892dd80979ep-8,  -0x1.49929da15e405p-9,  0x1.19361a628c854p-9,
                                        -0x1.9813677821ec5p-11, 0x1.1b78cf93d3deep-13,  0x1.4c14b368ff800p-17,
                                        -0x1.5b9fed783827bp-17, 0x1.1ceab76622016p-20,  0x1.3d7ace77b3202p-21,
                                        -0x1.267a03b0f40e8p-23, -0x1.3eb132e448309p-25, 0x1.bba34084c6776p-27,
                                        0x1.94e98785fe9ecp-29,  -0x1.3a897c22797cfp-30, -0x1.2f9b5f75b841ap-32,
                                        0x1.9a0f72f55f51ep-34,  0x1.5fa6ec5d00c52p-36,  -0x1.76f7ac27246a0p-38};
  double t = 16.0 / 7 * (x - 0.875) / (x + 3) - 1;
  Double2 square = multiply(x, x);
  return expParts({-square.high, -square.low}) * polynomial(coefficients, t) / (x + 1);
}

} // namespace wasmind::guest

using namespace wasmind::guest;

WASMIND_MATH double erf(double x) {
  double absolute = __builtin_fabs(x);
  if (!(absolute >= 0.875))
    return smallErf(x);
  return __builtin_copysign(absolute > 6 ? 1 : 1 - largeErfc(absolute), x);
}

WASMIND_MATH double erfc(double x) {
  if (!(__builtin_fabs(x) >= 0.875))
    return 1 - smallErf(x);
  if (x < 0)
    return x < -6 ? 2 : 2 - largeErfc(-x);
  return x > 28 ? 0 : largeErfc(x);
}

WASMIND_MATH float erff(float x) { return float(erf(x)); }
WASMIND_MATH float erfcf(float x) { return float(erfc(x)); }
