#include "compiler/frontend/mindir/Formula.h"
#include "compiler/frontend/mindir/Repeat.h"
#include "compiler/frontend/mindir/Special.h"
#include <cmath>
#include <limits>

using namespace llvm;
namespace wasmind::mindir {
static constexpr double infinity = std::numeric_limits<double>::infinity(), tiny = 1e-300, precision = 1e-15;
// Both fractions end after about the square root of their parameters.
static constexpr double mostSteps = 20000;

static Value isLess(Number x, Number y) { return x.b->compare(CompareKind::Less, x.value, y.value); }

static Value allOf(Compose &b, ArrayRef<Value> conditions) {
  Value all = conditions.front();
  for (Value condition : conditions.drop_front())
    all = b.binary(BinaryKind::And, all, condition);
  return all;
}

/// Whether an element of x, a line, is larger than `precision`.
static Value isAnyLarge(Number x) {
  Value most = x.b->reduce(ReduceKind::Max, abs(x).value, {0}, /*keepDims=*/false);
  return x.b->compare(CompareKind::Greater, most, x.b->scalarLike(most, precision));
}

/// 1 + the number of the iteration.
static Number stepOf(Compose &b, Value iteration) {
  Value step = b.cast(iteration, b.getF64Type());
  return {&b, b.add(step, b.scalarLike(step, 1))};
}

static Number awayFromZero(Number x) { return choose(isLess(abs(x), x.with(tiny)), tiny, x); }

/// The continued fraction 1 / (first + n1 / (d1 + n2 / (d2 + ...))) by Lentz's algorithm, as W. J. Thompson and A. R.
/// Barnett changed it (Coulomb and Bessel functions of complex arguments and order, 1986).
namespace {
struct Fraction {
  Number c, d, value;

  void append(Number numerator, Number denominator) {
    d = 1 / awayFromZero(numerator * d + denominator);
    c = awayFromZero(denominator + numerator / c);
    value = value * d * c;
  }
};
} // namespace

/// The fraction whose further parts `append` adds, until they change nothing.
static Number evaluate(Fraction start, function_ref<void(Fraction &fraction, Number step)> append) {
  Compose &b = *start.value.b;
  if (!start.value.value || !start.c.value)
    return {&b, nullptr};
  Value c = b.broadcastTo(start.c.value, b.extentsOf(start.value.value));
  auto last = repeat(b, b.scalar(b.getI64Type(), mostSteps), {c, start.d.value, start.value.value},
                     [&](Value iteration, ArrayRef<Value> carried) {
                       Fraction fraction{{&b, carried[0]}, {&b, carried[1]}, {&b, carried[2]}};
                       Number before = fraction.value;
                       append(fraction, stepOf(b, iteration));
                       return Iteration{{fraction.c.value, fraction.d.value, fraction.value.value},
                                        isAnyLarge(fraction.value / before - 1)};
                     });
  return {&b, last.empty() ? Value() : last[2]};
}

/// f of tensors that are broadcast, as lines.
static Value alongLines(Compose &b, ArrayRef<Value> operands, function_ref<Value(ArrayRef<Number>)> f) {
  Value all = operands.front();
  for (Value operand : operands.drop_front())
    all = b.add(all, operand);
  if (!all)
    return nullptr;
  const Extents shape = b.extentsOf(all);
  SmallVector<Number> lines;
  for (Value operand : operands)
    lines.push_back({&b, b.reshape(b.broadcastTo(operand, shape), {graph::productOf(shape, b.getContext())})});
  Value result = f(lines);
  return result ? b.reshape(result, shape) : result;
}

// Elements outside of the domain or at its ends are computed as others, and replaced.

Value incompleteGamma(Compose &b, Value order, Value argument, bool upper) {
  return alongLines(b, {order, argument}, [&](ArrayRef<Number> lines) -> Value {
    Number a = lines[0], x = lines[1];
    Value isInside = allOf(b, {isLess(a.with(0), a), isLess(x.with(-tiny), x)});
    Value isUsual =
        allOf(b, {isInside, isLess(a, a.with(infinity)), isLess(x, x.with(infinity)), isLess(x.with(0), x)});
    Number order = choose(isUsual, a, a.with(1)), at = choose(isUsual, x, x.with(1));
    Value isSmall = isLess(at, order + 1.0);
    Number scale = exp(order * log(at) - at - Number{&b, logGamma(b, order.value)}); // x^a e^-x / gamma(a)

    // The lower part: `scale` times the sum of x^k / (a (a + 1) ... (a + k)).
    Number small = choose(isSmall, at, order), first = 1 / order;
    auto sums = repeat(b, b.scalar(b.getI64Type(), mostSteps), {first.value, first.value},
                       [&](Value iteration, ArrayRef<Value> carried) {
                         Number term = Number{&b, carried[0]} * small / (order + stepOf(b, iteration));
                         Number sum = Number{&b, carried[1]} + term;
                         return Iteration{{term.value, sum.value}, isAnyLarge(term / sum)};
                       });
    // The upper part: `scale` times the fraction of k (a - k) over x + 2 k + 1 - a.
    Number large = choose(isSmall, order + 1.0, at), base = large + 1.0 - order;
    Number fraction = evaluate({large.with(1 / tiny), 1 / base, 1 / base},
                               [&](Fraction &f, Number step) { f.append(step * (order - step), base + step * 2.0); });
    if (sums.empty() || !fraction.value)
      return nullptr;
    Number part = scale * choose(isSmall, Number{&b, sums[1]}, fraction), rest = 1 - part;
    Number value = upper ? choose(isSmall, rest, part) : choose(isSmall, part, rest);
    const double none = upper ? 1 : 0;
    value = choose(x == 0, none, choose(a == infinity, none, choose(x == infinity, 1 - none, value)));
    return choose(isInside, value, x.with(std::numeric_limits<double>::quiet_NaN())).value;
  });
}

Value incompleteBeta(Compose &b, Value first, Value second, Value argument) {
  return alongLines(b, {first, second, argument}, [&](ArrayRef<Number> lines) -> Value {
    Number x = lines[2];
    Value isInside = allOf(b, {isLess(x.with(0), lines[0]), isLess(x.with(0), lines[1]), isLess(x.with(-tiny), x),
                               isLess(x, x.with(std::nextafter(1.0, 2.0)))});
    Value isUsual = allOf(b, {isInside, isLess(x.with(0), x), isLess(x, x.with(1)), isLess(lines[0], x.with(infinity)),
                              isLess(lines[1], x.with(infinity))});
    Number given = choose(isUsual, lines[0], x.with(1)), other = choose(isUsual, lines[1], x.with(1));
    Number place = choose(isUsual, x, x.with(0.5));
    // I(x, a, b) = 1 - I(1 - x, b, a), of which the fraction of one ends soon.
    Value isFar = isLess((given + 1.0) / (given + other + 2.0), place);
    Number a = choose(isFar, other, given), c = choose(isFar, given, other);
    Number at = choose(isFar, 1 - place, place), sum = a + c;
    auto gamma = [&](Number of) { return Number{&b, logGamma(b, of.value)}; };
    Number scale = exp(gamma(sum) - gamma(a) - gamma(c) + a * log(at) + c * log(1 - at)) / a;
    Number start = 1 / awayFromZero(1 - sum * at / (a + 1.0));
    Number fraction = evaluate({x.with(1), start, start}, [&](Fraction &f, Number step) {
      Number twice = a + step * 2.0;
      f.append(step * (c - step) * at / ((twice - 1.0) * twice), step.with(1));
      f.append(0 - (a + step) * (sum + step) * at / (twice * (twice + 1.0)), step.with(1));
    });
    if (!fraction.value)
      return nullptr;
    Number part = scale * fraction;
    Number value = choose(isFar, 1 - part, part);
    value =
        choose(isUsual, value, choose(x == 0, 0, choose(x == 1, 1, x.with(std::numeric_limits<double>::quiet_NaN()))));
    return choose(isInside, value, x.with(std::numeric_limits<double>::quiet_NaN())).value;
  });
}

} // namespace wasmind::mindir
