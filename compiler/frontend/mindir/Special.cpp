#include "compiler/frontend/mindir/Special.h"
#include "compiler/frontend/mindir/BesselTables.h"
#include "compiler/frontend/mindir/Formula.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <limits>
#include <numbers>

using namespace llvm;
namespace wasmind::mindir {
static constexpr double pi = std::numbers::pi, infinity = std::numeric_limits<double>::infinity();

Operand special(Node &node, unsigned i, function_ref<Value(Compose &, Value)> f) {
  Value x = node.tensor(i);
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  Compose &b = node.compose;
  return b.cast(f(b, b.cast(x, b.getF64Type())), node.element(x));
}

static Number sumOf(Number t, ArrayRef<double> coefficients) {
  // Clenshaw's recurrence.
  Number last = t.with(0), before = last, twice = t + t;
  for (double coefficient : reverse(coefficients.drop_front())) {
    Number next = twice * last - before + coefficient;
    before = last;
    last = next;
  }
  return t * last - before + coefficients.front();
}

Value chebyshev(Compose &b, Value t, ArrayRef<double> coefficients) { return sumOf({&b, t}, coefficients).value; }

//===- Bessel's functions ----------------------------------------------------------------------------------------===//

/// e^-x I(x) for x >= 0.
static Number scaledI(Number x, int order) {
  Number near =
      sumOf(x.atMost(8) * 0.25 - 1, order ? ArrayRef(bessel_series::i1Near) : ArrayRef(bessel_series::i0Near));
  Number wide = x.atLeast(8);
  Number far =
      sumOf(16 / wide - 1, order ? ArrayRef(bessel_series::i1Far) : ArrayRef(bessel_series::i0Far)) / sqrt(wide);
  return choose(x < 8, order ? near * x : near, far);
}

/// e^x K(x) for x >= 0.
static Number scaledK(Number x, int order) {
  Number small = x.atMost(2);
  Number near =
      sumOf(small * small * 0.5 - 1, order ? ArrayRef(bessel_series::k1Near) : ArrayRef(bessel_series::k0Near));
  Number grown = log(small * 0.5) * scaledI(small, order) * exp(small);
  near = (order ? near / small + grown : near - grown) * exp(small);
  Number wide = x.atLeast(2);
  Number far =
      sumOf(4 / wide - 1, order ? ArrayRef(bessel_series::k1Far) : ArrayRef(bessel_series::k0Far)) / sqrt(wide);
  return choose(x == 0, infinity, choose(x < 2, near, far));
}

/// J(x) or Y(x) for x >= 0.
static Number oscillating(Number x, int order, bool second) {
  Number small = x.atMost(8), t = small * small * (1.0 / 32) - 1;
  Number near = sumOf(t, order ? ArrayRef(bessel_series::j1Near) : ArrayRef(bessel_series::j0Near));
  if (order)
    near = near * small;
  if (second) {
    Number rest = sumOf(t, order ? ArrayRef(bessel_series::y1Near) : ArrayRef(bessel_series::y0Near));
    Number grown = log(small) * near;
    near = order ? rest * small + (grown - 1 / small) * (2 / pi) : rest + grown * (2 / pi);
  }
  Number wide = x.atLeast(8), z = 8 / wide, t2 = z * z * 2.0 - 1;
  Number size = sumOf(t2, order ? ArrayRef(bessel_series::m1Far) : ArrayRef(bessel_series::m0Far));
  Number late = sumOf(t2, order ? ArrayRef(bessel_series::t1Far) : ArrayRef(bessel_series::t0Far)) * z;
  Number angle = wide + late - (second ? pi / 2 : 0) - (order ? 0.75 : 0.25) * pi;
  Number far = size * angle.of(UnaryKind::Cos) / sqrt(wide);
  Number value = choose(x < 8, near, choose(x == infinity, 0, far));
  return second ? choose(x == 0, -infinity, value) : value;
}

Operand bessel(Node &node, Bessel kind, int order, bool scaled) {
  return special(node, 0, [&](Compose &b, Value argument) {
    Number x{&b, argument}, size = abs(x), value = size;
    switch (kind) {
    case Bessel::I:
      value = scaledI(size, order);
      value = scaled ? value : value * exp(size);
      break;
    case Bessel::J:
      value = oscillating(size, order, /*second=*/false);
      break;
    case Bessel::K:
      value = scaledK(size, order);
      value = scaled ? value : value * exp(0 - size);
      break;
    case Bessel::Y:
      value = oscillating(size, order, /*second=*/true);
      break;
    }
    const bool isEntire = kind == Bessel::I || kind == Bessel::J;
    if (isEntire)
      value = order ? choose(x < 0, 0 - value, value) : value;
    else
      value = choose(x < 0, std::numeric_limits<double>::quiet_NaN(), value);
    return choose(b.unary(UnaryKind::IsNaN, argument), x, value).value;
  });
}

//===- Gamma and zeta --------------------------------------------------------------------------------------------===//

Value logGamma(Compose &b, Value argument) {
  // C. Lanczos, A precision approximation of the gamma function, 1964, with g = 7; reflected below 1/2.
  static constexpr double terms[] = {676.5203681218851,     -1259.1392167224028,  771.32342877765313,
                                     -176.61502916214059,   12.507343278686905,   -0.13857109526572012,
                                     9.9843695780195716e-6, 1.5056327351493116e-7};
  Number x{&b, argument};
  Value isSmall = x < 0.5;
  Number z = choose(isSmall, 0 - x, x - 1), sum = z.with(0.99999999999980993);
  for (auto [k, term] : enumerate(terms))
    sum = sum + term / (z + double(k + 1));
  Number base = z + 7.5;
  Number value = (z + 0.5) * log(base) - base + log(sum) + 0.5 * std::log(2 * pi);
  Number part = x - x.of(UnaryKind::Floor);
  Number reflected = log(pi / abs((part * pi).of(UnaryKind::Sin))) - value;
  // An integer that is not positive, of which sin(pi x) is 0; and what is infinite.
  reflected = choose(part == 0, infinity, reflected);
  value = choose(isSmall, reflected, value);
  return choose(abs(x) == infinity, infinity, value).value;
}

Value digamma(Compose &b, Value argument) {
  // psi(x) = psi(x + 10) - sum 1 / (x + k), and there the asymptotic series; reflected below 1/2.
  static constexpr double bernoulli[] = {1.0 / 12,  -1.0 / 120,     1.0 / 252, -1.0 / 240,
                                         1.0 / 132, -691.0 / 32760, 1.0 / 12};
  Number x{&b, argument};
  Value isSmall = x < 0.5;
  Number from = choose(isSmall, 1 - x, x), sum = from.with(0);
  for (int k = 0; k < 10; ++k)
    sum = sum + 1 / (from + double(k));
  Number y = from + 10.0, inverse = 1 / (y * y), series = y.with(0);
  for (double term : reverse(bernoulli))
    series = series * inverse + term;
  Number value = log(y) - 0.5 / y - series * inverse - sum;
  Number part = x - x.of(UnaryKind::Floor);
  Number angle = part * pi;
  Number reflected = value - angle.of(UnaryKind::Cos) / angle.of(UnaryKind::Sin) * pi;
  reflected = choose(part == 0, std::numeric_limits<double>::quiet_NaN(), reflected);
  return choose(isSmall, reflected, value).value;
}

Value hurwitzZeta(Compose &b, Value exponent, Value argument) {
  // Euler and Maclaurin's sum from the tenth term on.
  static constexpr double bernoulli[] = {1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                                         5.0 / 66, -691.0 / 2730, 7.0 / 6,  -3617.0 / 510};
  Number s{&b, exponent}, x{&b, argument}, sum = pow(x, 0 - s);
  for (int k = 1; k < 10; ++k)
    sum = sum + pow(x + double(k), 0 - s);
  Number y = x + 10.0, power = pow(y, 0 - s);
  sum = sum + power * y / (s - 1) + power * 0.5;
  Number factor = power / y * s;
  double factorial = 2;
  for (auto [k, term] : enumerate(bernoulli)) {
    sum = sum + factor * (term / factorial);
    const double next = 2.0 * k + 1;
    factor = factor * (s + next) * (s + (next + 1)) / (y * y);
    factorial *= (2 * k + 3) * (2 * k + 4);
  }
  Number nothing = sum.with(std::numeric_limits<double>::quiet_NaN());
  Value isInside = b.binary(BinaryKind::And, b.compare(CompareKind::Greater, s.value, s.with(1).value),
                            b.compare(CompareKind::Greater, x.value, x.with(0).value));
  return choose(isInside, sum, nothing).value;
}

// M. Giles, Approximating the erfinv function, GPU Computing Gems 2, 2010: single precision, two polynomials in
// w = -log((1 - x) (1 + x)).
Value inverseErrorFunction(Compose &b, Value x) {
  Value one = b.scalarLike(x, 1);
  Value w = b.unary(UnaryKind::Neg, b.unary(UnaryKind::Log, b.mul(b.sub(one, x), b.add(one, x))));
  auto polynomial = [&](Value at, std::initializer_list<double> coefficients) {
    Value sum;
    for (double coefficient : coefficients)
      sum = sum ? b.add(b.mul(sum, at), b.scalarLike(at, coefficient)) : b.scalarLike(at, coefficient);
    return sum;
  };
  Value centre = polynomial(b.sub(w, b.scalarLike(w, 2.5)),
                            {2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
                             -0.00125372503, -0.00417768164, 0.246640727, 1.50140941});
  Value tail = polynomial(b.sub(b.unary(UnaryKind::Sqrt, w), b.scalarLike(w, 3)),
                          {-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
                           0.00943887047, 1.00167406, 2.83297682});
  Value factor = b.select(b.compare(CompareKind::Less, w, b.scalarLike(w, 5)), centre, tail);
  // At -1 and 1, where w is infinite.
  Value isEnd = b.compare(CompareKind::Equal, b.unary(UnaryKind::Abs, x), one);
  factor = b.select(isEnd, b.scalarLike(factor, std::numeric_limits<double>::infinity()), factor);
  return b.mul(factor, x);
}

} // namespace wasmind::mindir
