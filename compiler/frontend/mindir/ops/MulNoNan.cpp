//===- MulNoNan.cpp - MulNoNan(x, y): x y, and 0 where y is 0, whatever x is -------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand MulNoNan(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  return b.select(b.compare(CompareKind::Equal, y, b.scalarLike(y, 0)), b.scalarLike(y, 0), b.mul(x, y));
}

} // namespace wasmind::mindir::ops
