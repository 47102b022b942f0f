// Integer functions without traps or poison, and the floating-point remainder.
#include "compiler/loops/MathFunctions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <limits>

using namespace mlir;

namespace wasmind::loops {
namespace {
template <typename Op> Term apply(Term a, Term b) { return {a.builder(), Op::create(a.builder(), a, b)}; }

/// The upper 26 bits of the mantissa.
Term upperHalf(Term x) { return (x.bits() & -(int64_t(1) << 27)).asFloat(); }

/// Long division in base 2^26 or so: each step takes a quotient q of 26 bits off, so that q times either half of the
/// divisor is exact, and so are the differences. Rounding may make a quotient one too large: r is signed on the way.
/// `mayOverflow`: x / y may; not for numbers that were f32.
Term remainderF64(Term x, Term y, bool mayOverflow) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
  Term dividend = x.abs(), divisor = y.abs();
  dividend = select(dividend < infinity, dividend, notANumber);
  divisor = select(divisor == 0.0, notANumber, divisor);
  auto continues = [&](ArrayRef<Term> state) { return anyLane(state[0].abs() >= divisor); };
  auto step = [&](ArrayRef<Term> state) -> SmallVector<Term> {
    Term r = state[0];
    Term scaled = divisor;
    for (int attempt = 0; attempt < (mayOverflow ? 2 : 0); ++attempt)
      scaled = select((r / scaled).abs() > 0x1p1000, scaled * 0x1p600, scaled);
    Term q = upperHalf((r / scaled).trunc());
    Term high = upperHalf(scaled);
    Term next = (r - q * high) - q * (scaled - high);
    return {select(r.abs() >= divisor, next, r)};
  };
  Term r = repeatWhile({dividend}, continues, step)[0];
  r = select(r < 0.0, r + divisor, r);
  return withSignOf(select(divisor != divisor, divisor, r), x);
}

/// Lanes of up to 32 bits; b is not zero. wasm divides no lanes of integers, but those of floats: as |a| < 2^24 (f64:
/// 2^53), a / b is farther from the next integer than rounding can move it, so that truncating is exact. The lowest
/// number over -1 wraps, as its quotient is made with bits to spare.
Term divideAsFloats(Term a, Term b, bool isUnsigned) {
  ImplicitLocOpBuilder &ops = a.builder();
  Type floats = a.width() < 32 ? Type(ops.getF32Type()) : ops.getF64Type();
  Term quotient = integerToFloat(a, isUnsigned, floats) / integerToFloat(b, isUnsigned, floats);
  // The integer is the lower half of the mantissa of the quotient and this bias.
  Term integer = quotient.isF64() ? (quotient.trunc() + 0x1.8p52).bits()
                                  : Term(ops, arith::FPToSIOp::create(ops, a.withElement(ops.getI32Type()), quotient));
  return resizeInteger(integer, a.width(), isUnsigned);
}

bool isLanes(Term x) { return isa<VectorType>(x.type()) && x.width() <= 32; }
} // namespace

Term integerDivide(Term a, Term b, bool isUnsigned) {
  Term isZero = b == 0;
  if (isLanes(a) && !constantOf(b))
    return select(isZero, 0, divideAsFloats(a, select(isZero, 1, b), isUnsigned));
  if (isUnsigned)
    return select(isZero, 0, apply<arith::DivUIOp>(a, select(isZero, 1, b)));
  Term isMinusOne = b == -1;
  Term quotient = apply<arith::DivSIOp>(a, select(isZero | isMinusOne, 1, b));
  return select(isZero, 0, select(isMinusOne, -a, quotient));
}

Term integerRemainder(Term a, Term b, bool isUnsigned) {
  return select(b == 0, 0, a - integerDivide(a, b, isUnsigned) * b);
}

Term integerPower(Term x, Term y, bool isUnsigned) {
  if (std::optional<double> constant = constantOf(y); constant && *constant >= 0 && *constant <= 16) {
    Term result = x.constant(1);
    bool first = true;
    for (unsigned exponent = *constant; exponent; exponent >>= 1) {
      if (exponent & 1)
        result = std::exchange(first, false) ? x : result * x;
      if (exponent > 1)
        x = x * x;
    }
    return result;
  }
  Term isNegative = y < 0;
  Term exponent = isUnsigned ? y : select(isNegative, 0, y);
  auto continues = [](ArrayRef<Term> state) { return anyLane(state[2] != 0); };
  auto step = [](ArrayRef<Term> state) -> SmallVector<Term> {
    Term result = state[0], square = state[1], rest = state[2];
    return {select((rest & 1) != 0, result * square, result), square * square, rest.shiftRightUnsigned(1)};
  };
  Term result = repeatWhile({x.constant(1), x, exponent}, continues, step)[0];
  if (isUnsigned)
    return result;
  Term ofMinusOne = select((y & 1) != 0, x, x.constant(1));
  Term quotient = select(x == 1, x, select(x == -1, ofMinusOne, x.constant(0)));
  return select(isNegative, quotient, result);
}

Term integerShift(Term a, Term count, bool left, bool isUnsigned) {
  int64_t width = a.width();
  Term isInside = unsignedLess(count, count.constant(width));
  if (!left && !isUnsigned)
    return apply<arith::ShRSIOp>(a, select(isInside, count, width - 1));
  Term bounded = select(isInside, count, 0);
  return select(isInside, left ? apply<arith::ShLIOp>(a, bounded) : apply<arith::ShRUIOp>(a, bounded), 0);
}

Term floatRemainder(Term x, Term y) {
  if (x.isF64())
    return remainderF64(x, y, /*mayOverflow=*/true);
  return remainderF64(x.toF64(), y.toF64(), /*mayOverflow=*/false).toF32();
}

} // namespace wasmind::loops
