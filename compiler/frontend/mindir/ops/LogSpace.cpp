//===- LogSpace.cpp ---------------------------------------------------------------------------------------------===//
//
// LogSpace(start, end), attributes steps, base, dtype: powers of the base, evenly spaced exponents
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand LogSpace(Node &node) {
  Value start = node.tensor(0), end = node.tensor(1);
  const int64_t steps = node.integer("steps", Node::none, 10);
  const double base = node.number("base", Node::none, 10);
  Type type = node.declaredElement() ? node.declaredElement() : node.compose.getF32Type();
  if (node.failed() || steps < 0 || steps > graph::extentLimit)
    return node.fail("steps is out of range");
  Compose &b = node.compose;
  Value exponents = evenlySpaced(node, start, end, b.getAffineConstantExpr(steps), b.getF64Type());
  return exponents ? b.cast(b.binary(BinaryKind::Pow, b.scalarLike(exponents, base), exponents), type) : Value();
}

} // namespace wasmind::mindir::ops
