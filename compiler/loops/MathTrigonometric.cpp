// sin, cos, tan and their inverses.
#include "compiler/loops/MathFunctions.h"
#include "llvm/ADT/SmallVector.h"
#include <limits>

namespace wasmind::loops {
namespace {
constexpr double halfPi = 0x1.921fb54442d18p0, halfPiRest = 0x1.1a62633145c07p-54, twoOverPi = 0x1.45f306dc9c883p-1;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// x = quadrant pi/2 + r, |r| <= pi/4 (a little more after rounding); the quadrant is in the low two bits of an
/// integer.
struct Quadrant {
  Term quadrant, r;
};

/// Cody and Waite: every product of n with a part of pi/2 but the last is exact.
Quadrant reduceModerate(Term x) {
  bool wide = x.isF64();
  Term bias = x.constant(wide ? 0x1.8p52 : 0x1.8p23);
  Term biased = multiplyAdd(x, x.constant(twoOverPi), bias);
  Term n = biased - bias;
  Term r = x;
  auto narrowParts = {0x1.92p0, 0x1.fap-12, 0x1.54p-20, 0x1.10b462p-30};
  auto wideParts = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};
  for (double part : wide ? llvm::ArrayRef<double>(wideParts) : llvm::ArrayRef<double>(narrowParts))
    r = multiplyAdd(n, x.constant(-part), r);
  return {biased.bits(), r};
}

/// The same for x of any size up to 2^100 (all f32), f64. 2/pi is cut into chunks of 24 bits (Payne and Hanek 1983):
/// the product of half a mantissa with a chunk is exact, and what it has beyond multiples of 4 is, too.
Quadrant reduceLarge(Term x, bool fullMantissa) {
  llvm::SmallVector<Term> parts{x};
  if (fullMantissa) {
    Term high = (x.bits() & -(int64_t(1) << 27)).asFloat();
    parts = {high, x - high};
  }
  Term sum = x.constant(0.0);
  auto modulo4 = [](Term q) { return q - (q * 0.25).nearest() * 4.0; };
  for (double chunk : {0x1.45f306p-1, 0x1.b9391p-26, 0x1.529fcp-52, 0x1.3abe88p-75, 0x1.ea69bap-97, 0x1.81b6c4p-121,
                       0x1.2b3278p-145, 0x1.0e4104p-170})
    for (Term part : parts)
      sum = sum + modulo4(part * chunk);
  sum = modulo4(sum);
  Term biased = sum + 0x1.8p52;
  return {biased.bits(), (sum - (biased - 0x1.8p52)) * halfPi};
}

/// The low 32 bits of i64 lanes as i32.
Quadrant narrow(Quadrant q) {
  // The quadrant is a small number: it survives as one.
  Term number = ((q.quadrant & 3) + 0x4338000000000000).asFloat() - 0x1.8p52;
  return {(number.toF32() + 0x1.8p23f).bits(), q.r.toF32()};
}

Quadrant reduce(Term x) {
  bool wide = x.isF64();
  Quadrant moderate = reduceModerate(x);
  Term isLarge = x.abs() > (wide ? 1e6 : 1e5);
  auto results = when(anyLane(isLarge), {moderate.quadrant, moderate.r}, [&]() -> llvm::SmallVector<Term> {
    Quadrant large = wide ? reduceLarge(x, true) : narrow(reduceLarge(x.toF64(), false));
    // What a lane gives must not depend on its neighbours.
    return {select(isLarge, large.quadrant, moderate.quadrant), select(isLarge, large.r, moderate.r)};
  });
  return {results[0], results[1]};
}

/// sin(r), cos(r), |r| <= pi/4; relative errors f32 4e-9 and 1.2e-10, f64 4e-18 and 6e-20.
Term sineOfRest(Term r, Term squared) {
  Term p = r.isF64() ? polynomial(squared, {-0x1.5555555555548p-3, 0x1.111111110f75dp-7, -0x1.a01a019bf222ep-13,
                                            0x1.71de355f05598p-19, -0x1.ae5e5471f5349p-26, 0x1.5d8e3511c1ebcp-33})
                     : polynomial(squared, {-0x1.555546p-3, 0x1.110778p-7, -0x1.9953fep-13});
  return multiplyAdd(r * squared, p, r);
}
Term cosineOfRest(Term squared) {
  Term p = squared.isF64() ? polynomial(squared, {0x1.555555555554bp-5, -0x1.6c16c16c15016p-10, 0x1.a01a019c8f3eep-16,
                                                  -0x1.27e4f7f19d4b3p-22, 0x1.1ee9dbd0d887p-29, -0x1.8fa681e39e977p-37})
                           : polynomial(squared, {0x1.55554ap-5, -0x1.6c0c2ap-10, 0x1.99e91p-16});
  return multiplyAdd(squared * squared, p, multiplyAdd(squared, squared.constant(-0.5), squared.constant(1.0)));
}

Term sineOfQuadrant(Quadrant q) {
  Term squared = q.r * q.r;
  Term isOdd = (q.quadrant & 1) != 0;
  Term magnitude = select(isOdd, cosineOfRest(squared), sineOfRest(q.r, squared));
  Term sign = (q.quadrant & 2).shiftLeft(q.r.width() - 2);
  return (magnitude.bits() ^ sign).asFloat();
}

/// atan(numerator / denominator) in [0, pi/2] for both >= 0, f64; 0/0 counts as 0, inf/inf as 1. NaN gives NaN.
Term arcTangentOfQuotient(Term numerator, Term denominator) {
  Term swap = denominator < numerator;
  Term low = select(swap, denominator, numerator), high = select(swap, numerator, denominator);
  Term bothInfinite = (low == infinity) & (high == infinity);
  low = select(bothInfinite, 1.0, low);
  high = select(bothInfinite | (low + high == 0.0), 1.0, high);
  Term t = low / high;
  // Above tan(pi/8): atan(t) = pi/4 + atan((t - 1) / (t + 1)).
  Term isUpper = t > 0x1.a827999fcef32p-2;
  Term u = select(isUpper, (t - 1.0) / (t + 1.0), t);
  Term squared = u * u;
  // u + u^3 P(u^2), |u| <= 0.41422, relative error 4e-17.
  Term p = polynomial(squared, {-0x1.5555555555318p-2, 0x1.999999994974fp-3, -0x1.249249057d16ep-3,
                                0x1.c71c65cf946a1p-4, -0x1.745bc32fe4724p-4, 0x1.3afc355b1b69p-4, -0x1.10052ecd90d6fp-4,
                                0x1.d254f91ccfb0bp-5, -0x1.65182edffec24p-5, 0x1.5c508cd00db5dp-6});
  Term angle = multiplyAdd(u * squared, p, u);
  angle = select(isUpper, (angle + halfPiRest / 2) + halfPi / 2, angle);
  return select(swap, halfPi - (angle - halfPiRest), angle);
}

Term arcTangentF64(Term x) { return withSignOf(arcTangentOfQuotient(x.abs(), x.constant(1.0)), x); }
Term arcSineF64(Term x) { return withSignOf(arcTangentOfQuotient(x.abs(), ((1.0 - x) * (x + 1.0)).sqrt()), x); }
Term arcCosineF64(Term x) { return arcTangentOfQuotient((1.0 - x).sqrt(), (x + 1.0).sqrt()) * 2.0; }
Term arcTangent2F64(Term y, Term x) {
  Term angle = arcTangentOfQuotient(y.abs(), x.abs());
  angle = select(signBit(x), 2 * halfPi - (angle - 2 * halfPiRest), angle);
  return withSignOf(angle, y);
}
} // namespace

Term sine(Term x) { return sineOfQuadrant(reduce(x)); }

Term cosine(Term x) {
  Quadrant q = reduce(x);
  return sineOfQuadrant({q.quadrant + 1, q.r});
}

Term tangent(Term x) {
  Quadrant q = reduce(x);
  Term squared = q.r * q.r;
  Term s = sineOfRest(q.r, squared), c = cosineOfRest(squared);
  Term isOdd = (q.quadrant & 1) != 0;
  return select(isOdd, -c, s) / select(isOdd, s, c);
}

Term arcSine(Term x) { return throughF64(arcSineF64, x); }
Term arcCosine(Term x) { return throughF64(arcCosineF64, x); }
Term arcTangent(Term x) { return throughF64(arcTangentF64, x); }
Term arcTangent2(Term y, Term x) { return throughF64(arcTangent2F64, y, x); }

} // namespace wasmind::loops
