//===- LerpScalar.cpp - LerpScalar(x, end, weight): x + weight * (end - x) ----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand LerpScalar(Node &node) {
  auto [a, b] = promote(node);
  Value weight = node.compose.cast(node.tensor(2), node.failed() ? Type() : node.element(a));
  return node.failed() ? Value() : node.compose.add(a, node.compose.mul(weight, node.compose.sub(b, a)));
}

} // namespace wasmind::mindir::ops
