//===- Zeta.cpp - Zeta(x, q): the sum of 1 / (q + k)^x over k = 0, 1, ... ----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand Zeta(Node &node) {
  auto [s, q] = promote(node);
  if (node.failed() || !node.isFloat(s))
    return node.fail("takes floats");
  Compose &b = node.compose;
  return b.cast(hurwitzZeta(b, b.cast(s, b.getF64Type()), b.cast(q, b.getF64Type())), node.element(s));
}

} // namespace wasmind::mindir::ops
