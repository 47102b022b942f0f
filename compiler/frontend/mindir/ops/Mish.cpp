//===- Mish.cpp - Mish(x): x * tanh(softplus(x)) ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Mish(Node &node) {
  Value x = node.tensor(0);
  return node.compose.mul(x, node.compose.unary(UnaryKind::Tanh, node.compose.softplus(x)));
}

} // namespace wasmind::mindir::ops
