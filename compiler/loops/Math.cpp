// Which code an elementwise kind becomes.
#include "compiler/loops/Math.h"
#include "compiler/graph/Graph.h"
#include "compiler/loops/MathFunctions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <cmath>

using namespace mlir;

namespace wasmind::loops {
using graph::BinaryKind;
using graph::CompareKind;
using graph::UnaryKind;

namespace {
template <typename Op> Term apply(Term a, Term b) { return {a.builder(), Op::create(a.builder(), a, b)}; }

Value floatUnary(UnaryKind kind, Term x) {
  switch (kind) {
  case UnaryKind::Neg:
    return -x;
  case UnaryKind::Abs:
    return x.abs();
  case UnaryKind::Sign:
    return select(x > 0.0, 1.0, select(x < 0.0, -1.0, x)); // NaN and zeros stay
  case UnaryKind::Exp:
    return exponential(x);
  case UnaryKind::Log:
    return logarithm(x);
  case UnaryKind::Sqrt:
    return x.sqrt();
  case UnaryKind::Rsqrt:
    return 1.0 / x.sqrt();
  case UnaryKind::Reciprocal:
    return 1.0 / x;
  case UnaryKind::Floor:
    return x.floor();
  case UnaryKind::Ceil:
    return x.ceil();
  case UnaryKind::Round:
    return x.nearest();
  case UnaryKind::Trunc:
    return x.trunc();
  case UnaryKind::Sin:
    return sine(x);
  case UnaryKind::Cos:
    return cosine(x);
  case UnaryKind::Tan:
    return tangent(x);
  case UnaryKind::Asin:
    return arcSine(x);
  case UnaryKind::Acos:
    return arcCosine(x);
  case UnaryKind::Atan:
    return arcTangent(x);
  case UnaryKind::Sinh:
    return hyperbolicSine(x);
  case UnaryKind::Cosh:
    return hyperbolicCosine(x);
  case UnaryKind::Asinh:
    return inverseHyperbolicSine(x);
  case UnaryKind::Acosh:
    return inverseHyperbolicCosine(x);
  case UnaryKind::Atanh:
    return inverseHyperbolicTangent(x);
  case UnaryKind::Tanh:
    return hyperbolicTangent(x);
  case UnaryKind::Sigmoid:
    return sigmoid(x);
  case UnaryKind::Erf:
    return errorFunction(x);
  case UnaryKind::IsNaN:
    return x != x;
  case UnaryKind::Bits:
    return x.bits();
  case UnaryKind::Not:
    return {};
  }
  return {};
}

Value integerUnary(UnaryKind kind, Term x, bool isUnsigned) {
  bool isBool = x.width() == 1;
  switch (kind) {
  case UnaryKind::Not:
    return ~x;
  case UnaryKind::Bits:
    return x.asFloat();
  case UnaryKind::Neg:
    return isBool ? Value() : -x;
  case UnaryKind::Abs:
    return isBool ? Value() : isUnsigned ? x : x.abs();
  case UnaryKind::Sign:
    if (isBool)
      return {};
    return isUnsigned ? select(x == 0, x, x.constant(1)) : select(x > 0, 1, x.shiftRightSigned(x.width() - 1));
  default:
    return {};
  }
}

/// NaN of either operand comes through. `fast` keeps only that of its first operand, which suffices for a constant.
template <typename General, Term (*fast)(Term, Term)> Value floatExtreme(Term a, Term b) {
  auto isNumber = [](Term x) {
    std::optional<double> constant = constantOf(x);
    return constant && !std::isnan(*constant);
  };
  if (isNumber(b))
    return fast(a, b);
  if (isNumber(a))
    return fast(b, a);
  return apply<General>(a, b);
}

Value floatBinary(BinaryKind kind, Term a, Term b) {
  switch (kind) {
  case BinaryKind::Add:
    return a + b;
  case BinaryKind::Sub:
    return a - b;
  case BinaryKind::Mul:
    return a * b;
  case BinaryKind::Div:
    return a / b;
  case BinaryKind::Rem:
    return floatRemainder(a, b);
  case BinaryKind::FloorDiv:
    return (a / b).floor();
  case BinaryKind::FloorMod: {
    Term remainder = floatRemainder(a, b);
    Term differs = (remainder != 0.0) & ((remainder < 0.0) ^ (b < 0.0));
    return select(differs, remainder + b, remainder);
  }
  case BinaryKind::Pow:
    return power(a, b);
  case BinaryKind::Max:
    return floatExtreme<arith::MaximumFOp, fastMax>(a, b);
  case BinaryKind::Min:
    return floatExtreme<arith::MinimumFOp, fastMin>(a, b);
  case BinaryKind::Atan2:
    return arcTangent2(a, b);
  default:
    return {};
  }
}

Value integerBinary(BinaryKind kind, Term a, Term b, bool isUnsigned) {
  switch (kind) {
  case BinaryKind::Add:
    return a + b;
  case BinaryKind::Sub:
    return a - b;
  case BinaryKind::Mul:
    return a * b;
  case BinaryKind::Div:
    return integerDivide(a, b, isUnsigned);
  case BinaryKind::Rem:
    return integerRemainder(a, b, isUnsigned);
  case BinaryKind::FloorDiv: {
    Term quotient = integerDivide(a, b, isUnsigned);
    if (isUnsigned)
      return quotient;
    Term isRounded = (b != 0) & (quotient * b != a) & ((a ^ b) < 0);
    return select(isRounded, quotient - 1, quotient);
  }
  case BinaryKind::FloorMod: {
    Term remainder = integerRemainder(a, b, isUnsigned);
    if (isUnsigned)
      return remainder;
    return select((remainder != 0) & ((remainder ^ b) < 0), remainder + b, remainder);
  }
  case BinaryKind::Pow:
    return integerPower(a, b, isUnsigned);
  case BinaryKind::Max:
    return isUnsigned ? apply<arith::MaxUIOp>(a, b) : apply<arith::MaxSIOp>(a, b);
  case BinaryKind::Min:
    return isUnsigned ? apply<arith::MinUIOp>(a, b) : apply<arith::MinSIOp>(a, b);
  case BinaryKind::And:
    return a & b;
  case BinaryKind::Or:
    return a | b;
  case BinaryKind::Xor:
    return a ^ b;
  case BinaryKind::ShiftLeft:
    return integerShift(a, b, /*left=*/true, isUnsigned);
  case BinaryKind::ShiftRight:
    return integerShift(a, b, /*left=*/false, isUnsigned);
  case BinaryKind::Atan2:
    return {};
  }
  return {};
}

Value boolBinary(BinaryKind kind, Term a, Term b) {
  switch (kind) {
  case BinaryKind::And:
  case BinaryKind::Min:
    return a & b;
  case BinaryKind::Or:
  case BinaryKind::Max:
    return a | b;
  case BinaryKind::Xor:
    return a ^ b;
  default:
    return {};
  }
}
} // namespace

Value emitUnary(ImplicitLocOpBuilder &builder, UnaryKind kind, Value value, bool isUnsigned) {
  Term x(builder, value);
  return x.isFloat() ? floatUnary(kind, x) : integerUnary(kind, x, isUnsigned);
}

Value emitBinary(ImplicitLocOpBuilder &builder, BinaryKind kind, Value lhs, Value rhs, bool isUnsigned) {
  Term a(builder, lhs), b(builder, rhs);
  if (a.isFloat())
    return floatBinary(kind, a, b);
  return a.width() == 1 ? boolBinary(kind, a, b) : integerBinary(kind, a, b, isUnsigned);
}

Value emitCompare(ImplicitLocOpBuilder &builder, CompareKind kind, Value lhs, Value rhs, bool isUnsigned) {
  Term a(builder, lhs), b(builder, rhs);
  isUnsigned |= !a.isFloat() && a.width() == 1;
  auto less = [&](Term x, Term y) { return isUnsigned && !x.isFloat() ? unsignedLess(x, y) : x < y; };
  auto lessOrEqual = [&](Term x, Term y) { return isUnsigned && !x.isFloat() ? ~unsignedLess(y, x) : x <= y; };
  switch (kind) {
  case CompareKind::Equal:
    return a == b;
  case CompareKind::NotEqual:
    return a != b;
  case CompareKind::Less:
    return less(a, b);
  case CompareKind::LessEqual:
    return lessOrEqual(a, b);
  case CompareKind::Greater:
    return less(b, a);
  case CompareKind::GreaterEqual:
    return lessOrEqual(b, a);
  }
  return {};
}

Value emitExpNonPositive(ImplicitLocOpBuilder &builder, Value x) { return exponentialNonPositive({builder, x}); }
Value emitMaxFast(ImplicitLocOpBuilder &builder, Value x, Value y) { return fastMax({builder, x}, {builder, y}); }
Value emitMinFast(ImplicitLocOpBuilder &builder, Value x, Value y) { return fastMin({builder, x}, {builder, y}); }

/// `fast`, which keeps NaN in x; all bits set where y is NaN, which is one, too.
static Value orNaN(Term fast, Term y) {
  ImplicitLocOpBuilder &ops = y.builder();
  Term bits = fast.bits();
  Term isNaN(ops, arith::ExtSIOp::create(ops, bits.type(), y != y));
  return (bits | isNaN).asFloat();
}
Value emitMaxOrNaN(ImplicitLocOpBuilder &builder, Value x, Value y) {
  return orNaN(fastMax({builder, x}, {builder, y}), {builder, y});
}
Value emitMinOrNaN(ImplicitLocOpBuilder &builder, Value x, Value y) {
  return orNaN(fastMin({builder, x}, {builder, y}), {builder, y});
}

} // namespace wasmind::loops
