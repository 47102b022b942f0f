// Hyperbolic functions, their inverses and erf.
#include "compiler/loops/MathFunctions.h"
#include <limits>

namespace wasmind::loops {
namespace {
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double ln2 = 0x1.62e42fefa39efp-1;

Term clamp(Term x, double low, double high) { return fastMax(fastMin(x, x.constant(high)), x.constant(low)); }

Term hyperbolicSineF64(Term x) {
  // With t = e^(|x|/2) - 1 and h = (e^|x| - 1) / 2 = t (t + 2) / 2, which does not overflow before the result:
  // sinh|x| = h + h / (2 h + 1).
  Term t = exponentialMinusOne(fastMin(x.abs() * 0.5, x.constant(356.0)));
  Term h = (t * 0.5) * (t + 2.0);
  Term bounded = fastMin(h, x.constant(0x1p1000));
  return withSignOf(h + bounded / (bounded * 2.0 + 1.0), x);
}

Term hyperbolicCosineF64(Term x) {
  Term e = exponential(x.abs() * 0.5);
  return (e * 0.5) * e + 0.5 / (e * e);
}

Term inverseHyperbolicSineF64(Term x) {
  Term y = x.abs();
  Term isLarge = y > 0x1p28; // there asinh(y) = log(2 y), and the square would overflow
  Term squared = y * y;
  Term argument = select(isLarge, y - 1.0, y + squared / ((squared + 1.0).sqrt() + 1.0));
  return withSignOf(logarithmOnePlus(argument) + select(isLarge, x.constant(ln2), 0.0), x);
}

Term inverseHyperbolicCosineF64(Term x) {
  Term isLarge = x > 0x1p28;
  Term t = x - 1.0;
  Term argument = select(isLarge, t, t + (t * (x + 1.0)).sqrt());
  Term result = logarithmOnePlus(argument) + select(isLarge, x.constant(ln2), 0.0);
  return select(x < 1.0, notANumber, result);
}

Term inverseHyperbolicTangentF64(Term x) {
  Term y = x.abs();
  return withSignOf(logarithmOnePlus((y * 2.0) / (1.0 - y)) * 0.5, x);
}
} // namespace

Term hyperbolicTangent(Term x) {
  if (x.isF64()) {
    Term t = exponentialMinusOne(fastMax(x.abs() * -2.0, x.constant(-80.0)));
    return withSignOf((0.0 - t) / (t + 2.0), x);
  }
  // x P(x^2) / Q(x^2) on |x| <= 9.02, beyond which tanh rounds to 1; relative error 2.1e-8.
  Term c = clamp(x, -9.02, 9.02);
  Term squared = c * c;
  Term p = polynomial(squared, {1.0, 0x1.12045cp-3, 0x1.c9f91ep-9, 0x1.5956e4p-16, 0x1.c9a7a4p-27});
  Term q = polynomial(squared, {1.0, 0x1.de5778p-2, 0x1.a7df86p-6, 0x1.5842d6p-12, 0x1.a0bafcp-21});
  return clamp((c * p) / q, -1.0, 1.0);
}

Term errorFunction(Term x) {
  if (!x.isF64()) {
    // x P(x^2) / Q(x^2) on |x| <= 3.93, beyond which erf rounds to 1; relative error 1.9e-8.
    Term c = clamp(x, -3.93, 3.93);
    Term squared = c * c;
    Term p =
        polynomial(squared, {0x1.20dd74p0, 0x1.86b75p-3, 0x1.b074p-5, 0x1.ef601ap-9, 0x1.2aa376p-12, 0x1.1212a6p-19});
    Term q = polynomial(squared, {1.0, 0x1.013b6cp-1, 0x1.d3fdbep-4, 0x1.eb6c6p-7, 0x1.3170ep-10, 0x1.3ecd4ap-15});
    return clamp((c * p) / q, -1.0, 1.0);
  }
  // |x| <= 1: x P(x^2), relative error 4e-16. Up to 6: 1 - exp(P(|x|)) with P near log(erfc), error 2.4e-16. Then 1.
  Term y = fastMin(x.abs(), x.constant(6.0));
  Term near = y * polynomial(y * y, {0x1.20dd750429b6bp0, -0x1.812746b0372b3p-2, 0x1.ce2f219ffbce6p-4,
                                     -0x1.b82ce3016db5dp-6, 0x1.565bcaeed0b07p-8, -0x1.c02d64f66223ap-11,
                                     0x1.f99bf4a6f94e6p-14, -0x1.f465fb7be2ceep-17, 0x1.b5c4693d9baebp-20,
                                     -0x1.45f076b84e097p-23, 0x1.433e4d8d822edp-27});
  Term exponent =
      polynomial(y, {-0x1.3e9d510965064p-19, -0x1.20dc008d0ef4fp0, -0x1.45ffab10fc95ap-1, -0x1.a3e5e9fa3b745p-4,
                     0x1.3191a780c5ffp-6, 0x1.c0d473ccbcb2fp-11, -0x1.35029abe56ec1p-9, 0x1.22a2495b662e8p-10,
                     -0x1.61a3ab60133e9p-12, 0x1.39a3e337e944dp-14, -0x1.9bf2d6200f03bp-17, 0x1.8784d72ecc97ep-20,
                     -0x1.fc8a01afe9dc9p-24, 0x1.91dcdce070ed5p-28, -0x1.20fac6d3bc705p-33});
  Term far = 1.0 - exponentialNonPositive(exponent);
  return withSignOf(select(y < 1.0, near, far), x);
}

Term hyperbolicSine(Term x) { return throughF64(hyperbolicSineF64, x); }
Term hyperbolicCosine(Term x) { return throughF64(hyperbolicCosineF64, x); }
Term inverseHyperbolicSine(Term x) { return throughF64(inverseHyperbolicSineF64, x); }
Term inverseHyperbolicCosine(Term x) { return throughF64(inverseHyperbolicCosineF64, x); }
Term inverseHyperbolicTangent(Term x) { return throughF64(inverseHyperbolicTangentF64, x); }

} // namespace wasmind::loops
