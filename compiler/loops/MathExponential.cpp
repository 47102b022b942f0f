// exp, log and what is built on them.
#include "compiler/loops/MathFunctions.h"
#include <limits>

namespace wasmind::loops {
namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double ln2 = 0x1.62e42fefa39efp-1, log2e = 0x1.71547652b82fep0, log2eRest = 0x1.777d0ffda0d24p-56;

/// Adding it rounds to an integer, which then stands in the low bits.
double roundingBias(Term x) { return x.isF64() ? 0x1.8p52 : 0x1.8p23; }
unsigned mantissaBits(Term x) { return x.isF64() ? 52 : 23; }
int64_t bitsOfOne(Term x) { return x.isF64() ? 0x3ff0000000000000 : 0x3f800000; }

/// x = n ln2 + r, |r| <= ln2 / 2; n is also in the low bits of `biased`.
struct Ln2Multiple {
  Term biased, n, r;
};
Ln2Multiple divideByLn2(Term x) {
  // ln2 in two parts; n times the first is exact.
  double high = x.isF64() ? 0x1.62e42feep-1 : 0x1.62e4p-1;
  double low = x.isF64() ? 0x1.a39ef35793c76p-33 : 0x1.7f7d1cp-20;
  Term biased = multiplyAdd(x, x.constant(log2e), x.constant(roundingBias(x)));
  Term n = biased - roundingBias(x);
  Term r = multiplyAdd(n, x.constant(-high), x);
  return {biased, n, multiplyAdd(n, x.constant(-low), r)};
}

/// e^r for |r| <= ln2 / 2. Relative error: f64 4e-18, f32 3e-9 (degree 6) or 1e-7 (degree 5).
Term exponentialOfRest(Term r, bool shorter = false) {
  if (r.isF64())
    return polynomial(r, {1, 1, 0x1.000000000000ap-1, 0x1.55555555554fep-3, 0x1.55555555506bcp-5, 0x1.1111111126b36p-7,
                          0x1.6c16c18477082p-10, 0x1.a01a012fee98bp-13, 0x1.a019995efb56cp-16, 0x1.71df18ef7a9d3p-19,
                          0x1.28adfccab85d4p-22, 0x1.ad92e88f87de4p-26});
  if (shorter)
    return polynomial(r, {1, 1, 0x1.fffdfcp-2, 0x1.5557aep-3, 0x1.572a18p-5, 0x1.1062cap-7});
  return polynomial(r, {1, 1, 0x1.fffffap-2, 0x1.555492p-3, 0x1.555a26p-5, 0x1.12397ep-7, 0x1.694c8ep-10});
}

/// p 2^n for p near 1, n in the low bits of `biased`; overflows to infinity and underflows gradually: 2^n is applied in
/// two halves that are normal numbers. Multiplied, not added to the exponent of p, so that a NaN stays one.
Term scaleByPowerOfTwo(Term p, Term biased) {
  unsigned shift = mantissaBits(p);
  Term whole = biased.bits().shiftLeft(shift);
  Term half = whole.shiftRightSigned(1) & -(int64_t(1) << shift);
  Term rest = whole - half;
  return (p * (half + bitsOfOne(p)).asFloat()) * (rest + bitsOfOne(p)).asFloat();
}

/// positive finite x = 2^exponent (1 + fraction), 1 + fraction in [sqrt(1/2), sqrt(2)).
struct Binade {
  Term exponent, fraction;
};
Binade splitBinade(Term x) {
  bool wide = x.isF64();
  int64_t lowest = wide ? 0x3fe6a09e667f3bcd : 0x3f3504f3; // bits of sqrt(1/2)
  unsigned shift = mantissaBits(x);
  Term isSubnormal = x < (wide ? 0x1p-1022 : 0x1p-126);
  Term offset = select(isSubnormal, x * (wide ? 0x1p54 : 0x1p24), x).bits() - lowest;
  Term exponent = offset.shiftRightSigned(shift);
  // wasm converts no i64 lanes: the number goes into the mantissa of the bias instead.
  Term number = wide ? (exponent + 0x4338000000000000).asFloat() - roundingBias(x) : exponent.toFloat();
  Term fraction = ((offset & ((int64_t(1) << shift) - 1)) + lowest).asFloat() - 1.0;
  return {select(isSubnormal, number - (wide ? 54.0 : 24.0), number), fraction};
}

/// P with log((1 + s) / (1 - s)) = 2 s + s^3 P(s^2), |s| <= 0.1716, f64; relative error of the logarithm 1.3e-18.
Term logarithmSeries(Term squared) {
  return polynomial(squared, {0x1.5555555555592p-1, 0x1.999999997ff58p-2, 0x1.24924941dc60dp-2, 0x1.c71c5218e11efp-3,
                              0x1.74663bf27dffp-3, 0x1.39a2024d10eddp-3, 0x1.2f02bc1b9fcf4p-3});
}

/// log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)), f64.
Term logarithmOfFraction(Term f) {
  Term s = f / (f + 2.0);
  Term squared = s * s;
  return f - s * (f - squared * logarithmSeries(squared)); // 2 s = f - s f
}

/// `finite` for positive finite x, otherwise what a logarithm of x is.
Term withLogarithmOfOthers(Term x, Term finite) {
  Term ofPositive = select(x < infinity, finite, x);
  return select(x > 0.0, ofPositive, select(x == 0.0, -infinity, x.constant(notANumber)));
}

/// The upper half of the mantissa: products of halves are exact.
Term upperHalf(Term x) { return (x.bits() & -(int64_t(1) << 27)).asFloat(); }
/// a b - product, exact up to 2^-106 a b, for product = a b rounded (Dekker 1971).
Term productError(Term a, Term b, Term product) {
  Term aHigh = upperHalf(a), bHigh = upperHalf(b);
  Term aLow = a - aHigh, bLow = b - bHigh;
  return ((aHigh * bHigh - product) + aHigh * bLow + aLow * bHigh) + aLow * bLow;
}

/// high + low = y log2(x) for positive finite x, f64. The exponent magnifies an absolute error of up to 1024 ulp, so
/// the logarithm carries about 10 bits more than f64 holds; f32 results do without.
struct Pair {
  Term high, low;
};
Pair binaryLogarithm(Term x, bool extended) {
  auto [exponent, f] = splitBinade(x);
  if (!extended)
    return {multiplyAdd(logarithmOfFraction(f), x.constant(log2e), exponent), x.constant(0.0)};
  Term divisor = f + 2.0;
  Term divisorLow = f - (divisor - 2.0);
  Term s = f / divisor;
  Term product = s * divisor;
  Term sLow = (((f - product) - productError(s, divisor, product)) - s * divisorLow) / divisor;
  Term squared = s * s;
  Term tail = s * squared * logarithmSeries(squared) + sLow * 2.0;
  Term twice = s * 2.0;
  Term scaled = twice * log2e;
  Term scaledLow = productError(twice, x.constant(log2e), scaled) + (twice * log2eRest + tail * log2e);
  Term sum = exponent + scaled;
  Term low = (scaled - (sum - exponent)) + scaledLow;
  Term high = sum + low;
  return {high, low - (high - sum)};
}

/// x^y, f64, with the special cases of IEEE 754 `pow`.
Term powerF64(Term x, Term y, bool extended) {
  Term magnitude = x.abs();
  auto [high, low] = binaryLogarithm(magnitude, extended);
  high = select(magnitude < infinity, high, magnitude); // infinity and NaN are their own logarithm
  high = select(magnitude == 0.0, -infinity, high);
  constexpr double beyond = 1100; // 2^beyond is infinite, 2^-beyond is 0
  Term exponent = y * high;
  Term rest = low;
  if (extended) // exact products of huge or infinite numbers are none
    rest = select(exponent.abs() < beyond, productError(y, high, exponent) + y * low, 0.0);
  exponent = select(magnitude == 1.0, 0.0, exponent); // also for infinite and NaN y
  exponent = fastMax(fastMin(exponent, x.constant(beyond)), x.constant(-beyond));
  Term biased = exponent + roundingBias(x);
  Term r = ((exponent - (biased - roundingBias(x))) + rest) * ln2;
  Term result = scaleByPowerOfTwo(exponentialOfRest(r), biased);

  Term half = y * 0.5;
  Term isInteger = y.trunc() == y;
  Term isOdd = isInteger & (half.trunc() != half);
  Term sign = x.bits() & std::numeric_limits<int64_t>::min();
  result = (result.bits() ^ select(isOdd, sign, 0)).asFloat();
  result = select((x < 0.0) & (magnitude < infinity) & ~isInteger, notANumber, result);
  return select(y == 0.0, 1.0, result);
}

/// Exponents that networks use; `y` constant.
std::optional<Term> powerOfConstant(Term x, double y) {
  auto root = [&] { return select(x == -infinity, infinity, (x + 0.0).sqrt()); };
  if (y == 0)
    return x.constant(1.0);
  if (y == 1)
    return x;
  if (y == 2)
    return x * x;
  if (y == 3)
    return x * x * x;
  if (y == 4)
    return (x * x) * (x * x);
  if (y == -1)
    return 1.0 / x;
  if (y == -2) { // the inverse first: a square may be infinite where its inverse is a number
    Term inverse = 1.0 / x;
    return inverse * inverse;
  }
  if (y == 0.5)
    return root();
  if (y == -0.5)
    return 1.0 / root();
  return {};
}
} // namespace

Term exponential(Term x) {
  // Beyond these the result is infinite or 0, and n would not fit.
  bool wide = x.isF64();
  x = fastMax(fastMin(x, x.constant(wide ? 710.0 : 89.0)), x.constant(wide ? -746.0 : -104.0));
  auto [biased, n, r] = divideByLn2(x);
  return scaleByPowerOfTwo(exponentialOfRest(r), biased);
}

Term exponentialNonPositive(Term x) {
  auto [biased, n, r] = divideByLn2(x);
  Term scale = (biased.bits().shiftLeft(mantissaBits(x)) + bitsOfOne(x)).asFloat();
  Term result = exponentialOfRest(r, /*shorter=*/true) * scale;
  return select(x < (x.isF64() ? -708.396 : -87.336), 0.0, result);
}

Term exponentialMinusOne(Term x) {
  auto [biased, n, r] = divideByLn2(x);
  Term rest =
      multiplyAdd(r * r,
                  polynomial(r, {0x1.000000000000ap-1, 0x1.55555555554fep-3, 0x1.55555555506bcp-5, 0x1.1111111126b36p-7,
                                 0x1.6c16c18477082p-10, 0x1.a01a012fee98bp-13, 0x1.a019995efb56cp-16,
                                 0x1.71df18ef7a9d3p-19, 0x1.28adfccab85d4p-22, 0x1.ad92e88f87de4p-26}),
                  r);
  Term scale = (biased.bits().shiftLeft(52) + bitsOfOne(x)).asFloat();
  return multiplyAdd(scale, rest, scale - 1.0);
}

Term logarithm(Term x) {
  auto [exponent, f] = splitBinade(x);
  if (x.isF64()) {
    Term rest = multiplyAdd(exponent, x.constant(0x1.a39ef35793c76p-33), logarithmOfFraction(f));
    return withLogarithmOfOthers(x, multiplyAdd(exponent, x.constant(0x1.62e42feep-1), rest));
  }
  // f - f^2 / 2 + f^3 P(f), relative error 8e-9.
  Term squared = f * f;
  Term p = polynomial(f, {0x1.555574p-2, -0x1.000236p-2, 0x1.99929ep-3, -0x1.546556p-3, 0x1.23b8dcp-3, -0x1.0ebe6cp-3,
                          0x1.00c666p-3, -0x1.2861e8p-4});
  Term rest = multiplyAdd(exponent, x.constant(0x1.7f7d1cp-20), squared * (f * p));
  rest = f + multiplyAdd(squared, x.constant(-0.5), rest);
  return withLogarithmOfOthers(x, multiplyAdd(exponent, x.constant(0x1.62e4p-1), rest));
}

Term logarithmOnePlus(Term x) {
  Term sum = x + 1.0;
  Term lost = (x - (sum - 1.0)) / sum;
  return logarithm(sum) + select((sum > 0.0) & (sum < infinity), lost, 0.0);
}

Term power(Term x, Term y) {
  if (std::optional<double> constant = constantOf(y))
    if (std::optional<Term> result = powerOfConstant(x, *constant))
      return *result;
  if (x.isF64())
    return powerF64(x, y, /*extended=*/true);
  return powerF64(x.toF64(), y.toF64(), /*extended=*/false).toF32();
}

Term sigmoid(Term x) {
  // 1 / (1 + e^-|x|), or e^-|x| / (1 + e^-|x|): no overflow, full relative accuracy on both sides.
  Term e = exponentialNonPositive(-x.abs());
  return select(x < 0.0, e, 1.0) / (e + 1.0);
}

} // namespace wasmind::loops
