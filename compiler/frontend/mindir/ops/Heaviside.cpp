//===- Heaviside.cpp - Heaviside(x, values): 0 below zero, 1 above, else the value -------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Heaviside(Node &node) {
  auto [x, values] = promote(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value zero = b.scalarLike(x, 0), step = b.cast(b.compare(CompareKind::Greater, x, zero), node.element(x));
  return b.select(b.compare(CompareKind::Equal, x, zero), values, step);
}

} // namespace wasmind::mindir::ops
