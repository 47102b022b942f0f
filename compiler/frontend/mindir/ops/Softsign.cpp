//===- Softsign.cpp - Softsign(x): x / (1 + |x|) ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Softsign(Node &node) {
  Value x = node.tensor(0);
  if (!x)
    return {};
  return node.compose.div(x, node.compose.add(node.compose.unary(UnaryKind::Abs, x), node.compose.scalarLike(x, 1)));
}

} // namespace wasmind::mindir::ops
