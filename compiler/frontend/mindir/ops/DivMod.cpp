//===- DivMod.cpp - DivMod(x, y, rounding_mode): None, 1 = trunc, 2 = floor ---------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand DivMod(Node &node) {
  bool rounds = node.has(2);
  int64_t mode = 0;
  if (rounds && node.input(2).is(Operand::Kind::Text))
    mode = node.input(2).string == "trunc" ? 1 : 2;
  else if (rounds)
    mode = node.integer("rounding_mode", 2);
  auto [a, b] = promote(node);
  if (Type declared = node.declaredElement()) {
    a = node.compose.cast(a, declared);
    b = node.compose.cast(b, declared);
  }
  if (mode == 2)
    return node.compose.binary(BinaryKind::FloorDiv, a, b);
  Value quotient = node.compose.div(a, b);
  // The quotient of integers is truncated as it is.
  return mode == 1 && node.isFloat(quotient) ? node.compose.unary(UnaryKind::Trunc, quotient) : quotient;
}

} // namespace wasmind::mindir::ops
