//===- Xdivy.cpp - Xdivy(x, y): x / y, and 0 where x is 0, whatever y is -----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Xdivy(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  Compose &b = node.compose;
  return b.select(b.compare(CompareKind::Equal, x, b.scalarLike(x, 0)), b.scalarLike(x, 0), b.div(x, y));
}

} // namespace wasmind::mindir::ops
