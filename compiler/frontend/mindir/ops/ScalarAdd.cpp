//===- ScalarAdd.cpp - ScalarAdd(x, y): of integers that may be run-time extents ----------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ScalarAdd(Node &node) {
  if (node.inputCount() < 2)
    return node.fail("2 inputs are needed");
  Extents x = node.extents("", 0), y = node.extents("", 1);
  if (!node.failed() && (x.size() != 1 || y.size() != 1))
    return node.fail("integers are needed");
  if (node.failed())
    return {};
  AffineExpr a = x.front(), b = y.front();
  return Operand::extent(a + b);
}

} // namespace wasmind::mindir::ops
