#include "compiler/frontend/mindir/Scalars.h"
#include "compiler/frontend/mindir/Fill.h"
#include <cmath>

using namespace llvm;
namespace wasmind::mindir {
using Kind = Operand::Kind;

static bool isNumber(const Operand &x) { return x.is(Kind::Integer) || x.is(Kind::Number) || x.is(Kind::Boolean); }
static double asNumber(const Operand &x) { return x.is(Kind::Number) ? x.numberValue : double(x.integerValue); }

/// A float, or a tensor of floats.
static bool isReal(Node &node, const Operand &x) {
  return x.is(Kind::Number) || (x.isTensor() && node.isFloat(node.asTensor(x, "a number")));
}

/// The type of a float that the run computes: the file's, else that of Python's.
static Type realType(Node &node) {
  const Type declared = node.declaredElement();
  return declared && isa<mlir::FloatType>(declared) ? declared : Type(node.compose.getF64Type());
}

/// The number as a tensor of rank 0.
static Value asValue(Node &node, const Operand &operand, Type type) {
  Value x = oneElement(node, node.asTensor(operand, "a number"), "a number");
  return x ? node.compose.cast(x, type) : Value();
}

/// An integer that is a number or an extent.
static std::optional<AffineExpr> asExtent(Node &node, const Operand &x) {
  if (x.is(Kind::Extent))
    return x.expression;
  if (x.is(Kind::Integer) || x.is(Kind::Boolean))
    return std::abs(x.integerValue) <= graph::extentLimit
               ? std::optional(node.compose.getAffineConstantExpr(x.integerValue))
               : std::nullopt;
  return x.isTensor() ? node.known(node.asTensor(x, "a number")) : std::nullopt;
}

static std::optional<int64_t> onIntegers(BinaryKind kind, int64_t x, int64_t y) {
  int64_t result = 0;
  switch (kind) {
  case BinaryKind::Add:
    return __builtin_add_overflow(x, y, &result) ? std::nullopt : std::optional(result);
  case BinaryKind::Sub:
    return __builtin_sub_overflow(x, y, &result) ? std::nullopt : std::optional(result);
  case BinaryKind::Mul:
    return __builtin_mul_overflow(x, y, &result) ? std::nullopt : std::optional(result);
  case BinaryKind::Max:
    return std::max(x, y);
  case BinaryKind::Min:
    return std::min(x, y);
  case BinaryKind::FloorDiv:
  case BinaryKind::FloorMod: {
    if (y == 0 || y == -1) // whose quotient may not be there
      return y == 0                         ? std::nullopt
             : kind == BinaryKind::FloorMod ? std::optional<int64_t>(0)
                                            : onIntegers(BinaryKind::Sub, 0, x);
    const int64_t rest = (x % y + y) % y;
    return kind == BinaryKind::FloorMod ? rest : (x - rest) / y;
  }
  case BinaryKind::Pow: {
    if (y < 0)
      return std::nullopt;
    int64_t power = 1;
    for (int64_t i = 0; i < y; ++i) {
      if (__builtin_mul_overflow(power, x, &power))
        return std::nullopt;
      if (power == 0 || (power == 1 && x == 1))
        break;
      if (x == -1)
        return y % 2 ? -1 : 1;
    }
    return power;
  }
  default:
    return std::nullopt;
  }
}

static double onReals(BinaryKind kind, double x, double y) {
  switch (kind) {
  case BinaryKind::Add:
    return x + y;
  case BinaryKind::Sub:
    return x - y;
  case BinaryKind::Mul:
    return x * y;
  case BinaryKind::Div:
    return x / y;
  case BinaryKind::Max:
    return std::max(x, y);
  case BinaryKind::Min:
    return std::min(x, y);
  case BinaryKind::FloorDiv:
    return std::floor(x / y);
  case BinaryKind::FloorMod:
    return x - y * std::floor(x / y);
  default:
    return std::pow(x, y);
  }
}

static std::optional<AffineExpr> onExtents(Node &node, BinaryKind kind, AffineExpr x, AffineExpr y) {
  const auto divisor = graph::constantOf(y);
  switch (kind) {
  case BinaryKind::Add:
    return x + y;
  case BinaryKind::Sub:
    return x - y;
  case BinaryKind::Mul:
    return x * y;
  case BinaryKind::FloorDiv:
    return divisor && *divisor >= 1 ? std::optional(x.floorDiv(y)) : std::nullopt;
  case BinaryKind::FloorMod:
    return divisor && *divisor >= 1 ? std::optional(x % y) : std::nullopt;
  case BinaryKind::Max:
  case BinaryKind::Min: {
    const graph::Interval distance = node.bounds(x - y);
    if (distance.min >= 0)
      return kind == BinaryKind::Max ? x : y;
    return distance.max <= 0 ? std::optional(kind == BinaryKind::Max ? y : x) : std::nullopt;
  }
  default:
    return std::nullopt;
  }
}

Operand scalarArithmetic(Node &node, BinaryKind kind) {
  if (node.inputCount() < 2)
    return node.fail("2 inputs are needed");
  const Operand &x = node.input(0), &y = node.input(1);
  const bool real = isReal(node, x) || isReal(node, y) || kind == BinaryKind::Div;
  const bool divides = kind == BinaryKind::Div || kind == BinaryKind::FloorDiv || kind == BinaryKind::FloorMod;
  if (isNumber(x) && isNumber(y)) {
    if (divides && asNumber(y) == 0)
      return node.fail("divides by 0");
    if (real)
      return Operand::number(onReals(kind, asNumber(x), asNumber(y)));
    if (auto result = onIntegers(kind, x.integerValue, y.integerValue))
      return Operand::integer(*result);
    if (kind == BinaryKind::Pow && y.integerValue < 0)
      return Operand::number(std::pow(asNumber(x), asNumber(y)));
    return node.fail("the result has more than 64 bits");
  }
  if (!real) {
    const auto first = asExtent(node, x), second = asExtent(node, y);
    if (first && second)
      if (auto result = onExtents(node, kind, *first, *second))
        return Operand::extent(*result);
    if (divides && (!second || node.bounds(*second).min < 1))
      return node.fail("divides by something that may be 0 or negative");
  }
  Compose &b = node.compose;
  const Type type = real ? realType(node) : Type(b.getI64Type());
  Value left = asValue(node, node.input(0), type), right = asValue(node, node.input(1), type);
  if (node.failed())
    return {};
  if (real && (kind == BinaryKind::FloorDiv || kind == BinaryKind::FloorMod)) {
    Value quotient = b.unary(UnaryKind::Floor, b.div(left, right));
    return kind == BinaryKind::FloorDiv ? quotient : b.sub(left, b.mul(right, quotient));
  }
  return b.binary(kind, left, right);
}

static Operand comparison(Node &node, CompareKind kind, const Operand &x, const Operand &y) {
  /// Whether it holds of all distances x - y in a range, or of none.
  auto decided = [&](double low, double high) -> std::optional<bool> {
    auto holds = [&](double d) {
      return kind == CompareKind::Equal       ? d == 0
             : kind == CompareKind::NotEqual  ? d != 0
             : kind == CompareKind::Less      ? d < 0
             : kind == CompareKind::LessEqual ? d <= 0
             : kind == CompareKind::Greater   ? d > 0
                                              : d >= 0;
    };
    const bool isEquality = kind == CompareKind::Equal || kind == CompareKind::NotEqual;
    if (low == high || (isEquality && (low > 0 || high < 0)) || (!isEquality && holds(low) == holds(high)))
      return holds(low);
    return std::nullopt;
  };
  const bool real = isReal(node, x) || isReal(node, y);
  if (isNumber(x) && isNumber(y)) {
    if (real)
      return Operand::boolean(decided(asNumber(x) - asNumber(y), asNumber(x) - asNumber(y)).value_or(false));
    const double order = x.integerValue < y.integerValue ? -1 : x.integerValue > y.integerValue;
    return Operand::boolean(*decided(order, order));
  }
  if (!real) {
    const auto first = asExtent(node, x), second = asExtent(node, y);
    if (first && second) {
      const graph::Interval distance = node.bounds(*first - *second);
      if (auto known = decided(double(distance.min), double(distance.max)))
        return Operand::boolean(*known);
    }
  }
  Compose &b = node.compose;
  const Type type = real ? Type(b.getF64Type()) : Type(b.getI64Type());
  Value left = asValue(node, x, type), right = asValue(node, y, type);
  return node.failed() ? Value() : b.compare(kind, left, right);
}

Operand scalarComparison(Node &node, CompareKind kind) {
  if (node.inputCount() < 2)
    return node.fail("2 inputs are needed");
  return comparison(node, kind, node.input(0), node.input(1));
}

Operand sequencesAreEqual(Node &node) {
  const Operand &x = node.input(0), &y = node.input(1);
  if (!x.is(Kind::Sequence) || !y.is(Kind::Sequence))
    return node.fail("2 tuples are needed");
  if (x.elements().size() != y.elements().size())
    return Operand::boolean(false);
  Value all;
  for (auto [first, second] : zip(x.elements(), y.elements())) {
    Operand equal = comparison(node, CompareKind::Equal, first, second);
    if (node.failed())
      return {};
    if (!equal.is(Kind::Boolean))
      all = all ? node.compose.binary(BinaryKind::And, all, equal.tensor) : equal.tensor;
    else if (!equal.integerValue)
      return equal;
  }
  return all ? Operand(all) : Operand::boolean(true);
}

Operand scalarFunction(Node &node, UnaryKind kind) {
  const Operand &x = node.input(0);
  const bool isLog = kind == UnaryKind::Log;
  if (isNumber(x)) {
    if (isLog)
      return Operand::number(std::log(asNumber(x)));
    return x.is(Kind::Number) ? Operand::number(-x.numberValue) : Operand::integer(-x.integerValue);
  }
  if (!isLog)
    if (auto extent = asExtent(node, x))
      return Operand::extent(*extent * -1);
  const bool real = isLog || isReal(node, x);
  Value value = asValue(node, node.input(0), real ? realType(node) : Type(node.compose.getI64Type()));
  return node.failed() ? Value() : node.compose.unary(kind, value);
}

static Operand compareWith(Node &node, int64_t value, bool isEqual) {
  const Operand &x = node.input(0);
  if (isNumber(x))
    return Operand::boolean((asNumber(x) == double(value)) == isEqual);
  if (auto extent = asExtent(node, x)) {
    const graph::Interval range = node.bounds(*extent);
    if (range.min > value || range.max < value)
      return Operand::boolean(!isEqual);
    if (range.min == range.max)
      return Operand::boolean(isEqual);
  }
  const bool real = isReal(node, x);
  Value tensor = asValue(node, node.input(0), real ? Type(node.compose.getF64Type()) : Type(node.compose.getI64Type()));
  return node.failed() ? Value()
                       : node.compose.compare(isEqual ? CompareKind::Equal : CompareKind::NotEqual, tensor,
                                              node.compose.scalarLike(tensor, double(value)));
}

Operand scalarIs(Node &node, int64_t value) { return compareWith(node, value, true); }
Operand scalarIsNot(Node &node, int64_t value) { return compareWith(node, value, false); }

Operand scalarCast(Node &node) {
  const Operand &x = node.input(0);
  Type type = node.dtype("dtype", 1);
  if (node.failed() || !type)
    return node.fail("has no dtype");
  const bool toFloat = mlir::isa<mlir::FloatType>(type);
  if (isNumber(x)) {
    if (toFloat)
      return Operand::number(asNumber(x));
    if (type.isInteger(1))
      return Operand::boolean(asNumber(x) != 0);
    if (!(std::abs(asNumber(x)) < 0x1p63))
      return node.fail("the number " + Twine(std::to_string(asNumber(x))) + " is no integer of 64 bits");
    return Operand::integer(x.is(Kind::Number) ? int64_t(x.numberValue) : x.integerValue);
  }
  if (x.is(Kind::Extent) && !toFloat && !type.isInteger(1))
    return x;
  // Integers that the run computes are i64, as Python has them.
  Value value = asValue(node, node.input(0), toFloat ? realType(node) : node.element(node.tensor(0)));
  if (node.failed() || toFloat)
    return value;
  return node.compose.cast(value, type.isInteger(1) ? type : Type(node.compose.getI64Type()));
}

} // namespace wasmind::mindir
