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

Operand unary(Node &node, UnaryKind kind) {
  Value x = node.tensor(0);
  Type declared = node.declaredElement();
  if (x && declared && isa<mlir::FloatType>(declared) && !node.isFloat(x))
    x = node.compose.cast(x, declared);
  return node.compose.unary(kind, x);
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

Operand binary(Node &node, BinaryKind kind) {
  auto [a, b] = promote(node);
  if (Type declared = node.declaredElement()) {
    a = node.compose.cast(a, declared);
    b = node.compose.cast(b, declared);
  }
  return node.compose.binary(kind, a, b);
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
  if (Type declared = node.declaredElement()) {
    a = node.compose.cast(a, declared);
    b = node.compose.cast(b, declared);
  }
  if (b && scale != 1)
    b = node.compose.mul(b, node.compose.scalarLike(b, scale));
  return node.compose.binary(kind, a, b);
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

Operand logOfSum(Node &node, double logBase) {
  auto [x, y] = promote(node);
  if (node.failed() || !node.isFloat(x))
    return node.fail("floats are needed");
  Compose &b = node.compose;
  // With the larger one taken out; infinities of one sign have no difference.
  Value large = b.maximum(x, y), none = b.scalarLike(large, 0);
  Value apart = b.select(b.compare(CompareKind::Equal, x, y), none, b.sub(b.minimum(x, y), large));
  Value power = b.unary(UnaryKind::Exp, b.mul(apart, b.scalarLike(apart, logBase)));
  Value grown = b.unary(UnaryKind::Log, b.add(b.scalarLike(power, 1), power));
  return b.add(large, b.mul(grown, b.scalarLike(grown, 1 / logBase)));
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
