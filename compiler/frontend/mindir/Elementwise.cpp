#include "compiler/frontend/mindir/Elementwise.h"

using namespace llvm;
namespace wasmind::mindir {

Value floatInput(Node &node, unsigned i) {
  Value x = node.tensor(i);
  Type declared = node.declaredElement();
  if (!x || node.isFloat(x))
    return x;
  return node.compose.cast(x, declared && isa<mlir::FloatType>(declared) ? declared : node.compose.getF32Type());
}

Value throughFloats(Node &node, Value x, function_ref<Value(Value)> f) {
  if (!x || node.failed() || node.isFloat(x))
    return x && !node.failed() ? f(x) : Value();
  const Type declared = node.declaredElement() ? node.declaredElement() : node.element(x);
  Value result = f(node.compose.cast(x, isa<mlir::FloatType>(declared) ? declared : node.compose.getF32Type()));
  return result ? node.compose.cast(result, declared) : Value();
}

Operand unary(Node &node, UnaryKind kind) {
  Value x = node.tensor(0);
  switch (kind) {
  case UnaryKind::Neg:
  case UnaryKind::Abs:
  case UnaryKind::Sign:
  case UnaryKind::Not:
    if (Type declared = node.declaredElement(); x && declared && isa<mlir::FloatType>(declared) && !node.isFloat(x))
      x = node.compose.cast(x, declared);
    return node.compose.unary(kind, x);
  case UnaryKind::Floor:
  case UnaryKind::Ceil:
  case UnaryKind::Round:
  case UnaryKind::Trunc:
    if (x && !node.isFloat(x)) // integers are whole
      return node.compose.cast(x, node.declaredElement() ? node.declaredElement() : node.element(x));
    return node.compose.unary(kind, x);
  default:
    break;
  }
  if (x && !node.isFloat(x) && !node.declaredElement()) // which type it gives only the file says
    return node.compose.unary(kind, x);
  return throughFloats(node, x, [&](Value value) { return node.compose.unary(kind, value); });
}

/// Position in the order of implicit conversion: bool, integers by width, floats by width.
static unsigned rankOfType(Type type) {
  if (type.isInteger(1))
    return 0;
  unsigned rank = type.getIntOrFloatBitWidth() * 2 + (type.isSignlessInteger() || type.isBF16() ? 1 : 0);
  return isa<mlir::FloatType>(type) ? 1000 + rank : rank;
}

std::pair<Value, Value> promote(Node &node, unsigned first, unsigned second) {
  Value a = node.tensor(first), b = node.tensor(second);
  if (!a || !b || node.failed())
    return {};
  Type typeA = node.element(a), typeB = node.element(b), type = rankOfType(typeA) < rankOfType(typeB) ? typeB : typeA;
  bool isTensorA = node.input(first).isTensor(), isTensorB = node.input(second).isTensor();
  if (isTensorA != isTensorB) {
    Type tensor = isTensorA ? typeA : typeB, number = isTensorA ? typeB : typeA;
    // float number > integer tensor, and integer number > bool tensor; else the tensor decides
    bool numberWins = (isa<mlir::FloatType>(number) && !isa<mlir::FloatType>(tensor)) || tensor.isInteger(1);
    type = numberWins ? number : tensor;
  }
  return {node.compose.cast(a, type), node.compose.cast(b, type)};
}

/// Both in the declared type, but in floats where a float meets integers and integers are declared: `i *= 2.5`.
static Type toDeclared(Node &node, Value &a, Value &b) {
  const Type declared = node.declaredElement();
  if (declared && (isa<mlir::FloatType>(declared) || !node.isFloat(a))) {
    a = node.compose.cast(a, declared);
    b = node.compose.cast(b, declared);
  }
  return declared ? declared : node.element(a);
}

Operand binary(Node &node, BinaryKind kind) {
  auto [a, b] = promote(node);
  const Type type = toDeclared(node, a, b);
  Value result = node.compose.binary(kind, a, b);
  return result && !node.failed() ? node.compose.cast(result, type) : Value();
}

Operand compare(Node &node, CompareKind kind) {
  auto [a, b] = promote(node);
  return node.compose.compare(kind, a, b);
}

Operand logical(Node &node, BinaryKind kind) {
  Type boolean = node.compose.getI1Type();
  Value a = node.compose.cast(node.tensor(0), boolean), b = node.compose.cast(node.tensor(1), boolean);
  return node.compose.binary(kind, a, b);
}

Operand addScaled(Node &node, BinaryKind kind) {
  double scale = node.number("alpha", 2, 1);
  auto [a, b] = promote(node);
  const Type type = toDeclared(node, a, b);
  if (b && scale != 1)
    b = node.compose.mul(b, node.compose.scalarLike(b, scale));
  Value sum = node.compose.binary(kind, a, b);
  return sum && !node.failed() ? node.compose.cast(sum, type) : Value();
}

Operand extremeNumber(Node &node, BinaryKind kind) {
  auto [x, y] = promote(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value extreme = b.binary(kind, x, y);
  if (!node.isFloat(x))
    return extreme;
  return b.select(b.unary(UnaryKind::IsNaN, x), y, b.select(b.unary(UnaryKind::IsNaN, y), x, extreme));
}

Value logAddExp(Compose &b, Value x, Value y, double logBase) {
  // With the larger one taken out; infinities of one sign have no difference.
  Value large = b.maximum(x, y), none = b.scalarLike(large, 0);
  Value apart = b.select(b.compare(CompareKind::Equal, x, y), none, b.sub(b.minimum(x, y), large));
  Value power = b.unary(UnaryKind::Exp, b.mul(apart, b.scalarLike(apart, logBase)));
  Value grown = b.unary(UnaryKind::Log, b.add(b.scalarLike(power, 1), power));
  return b.add(large, b.mul(grown, b.scalarLike(grown, 1 / logBase)));
}

Operand logOfSum(Node &node, double logBase) {
  auto [x, y] = promote(node);
  if (node.failed() || !node.isFloat(x))
    return node.fail("floats are needed");
  return logAddExp(node.compose, x, y, logBase);
}

Operand addCombined(Node &node, BinaryKind kind) {
  Value x = node.tensor(0);
  auto [a, b] = promote(node, 1, 2);
  Value value = node.tensor(3);
  if (node.failed())
    return {};
  Compose &compose = node.compose;
  const Type type = node.element(x);
  Value combined = compose.binary(kind, compose.cast(a, type), compose.cast(b, type));
  return compose.add(x, compose.mul(combined, compose.cast(value, type)));
}

} // namespace wasmind::mindir
