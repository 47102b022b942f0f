//===- ScalarFloorDiv.cpp - ScalarFloorDiv(x, y): of integers that may be run-time extents ------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ScalarFloorDiv(Node &node) {
  return scalars(node, [&](AffineExpr x, AffineExpr y) {
    auto divisor = graph::constantOf(y);
    if (divisor && *divisor >= 1)
      return x.floorDiv(y);
    node.fail("divides by something other than a positive constant");
    return x;
  });
}

} // namespace wasmind::mindir::ops
