//===- Frac.cpp - Frac(x): the fraction, with the sign of x -------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Frac(Node &node) {
  Value x = node.tensor(0);
  return node.compose.sub(x, node.compose.unary(UnaryKind::Trunc, x));
}

} // namespace wasmind::mindir::ops
