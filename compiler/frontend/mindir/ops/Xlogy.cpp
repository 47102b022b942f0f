//===- Xlogy.cpp - Xlogy(x, y): x log(y), 0 where x is 0 and y a number ------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Xlogy(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Type type = node.declaredElement() ? node.declaredElement() : node.element(x);
  x = b.cast(x, type);
  y = b.cast(y, type);
  Value isNumber = b.unary(UnaryKind::Not, b.unary(UnaryKind::IsNaN, y));
  Value isNothing = b.binary(BinaryKind::And, b.compare(CompareKind::Equal, x, b.scalarLike(x, 0)), isNumber);
  return b.select(isNothing, b.scalarLike(x, 0), b.mul(x, b.unary(UnaryKind::Log, y)));
}

} // namespace wasmind::mindir::ops
