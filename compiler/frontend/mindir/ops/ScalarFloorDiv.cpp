//===- ScalarFloorDiv.cpp - ScalarFloorDiv(x, y): of integers that may be run-time extents ------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ScalarFloorDiv(Node &node) {
  if (node.inputCount() < 2)
    return node.fail("2 inputs are needed");
  Extents x = node.extents("", 0), y = node.extents("", 1);
  if (!node.failed() && (x.size() != 1 || y.size() != 1))
    return node.fail("integers are needed");
  if (node.failed())
    return {};
  AffineExpr a = x.front(), b = y.front();
  if (!graph::constantOf(b) || *graph::constantOf(b) < 1)
    return node.fail("divides by something other than a positive constant");
  return Operand::extent(a.floorDiv(b));
}

} // namespace wasmind::mindir::ops
