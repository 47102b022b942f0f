//===- LinSpaceExt.cpp - LinSpaceExt(start, end, steps, dtype): so many numbers, evenly spaced -------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand LinSpaceExt(Node &node) {
  Value start = node.tensor(0), end = node.tensor(1);
  const AffineExpr count = node.extentOf(node.amount("steps", 2), 0);
  Type type = node.dtype("dtype", 3);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getF32Type();
  return node.failed() ? Value() : evenlySpaced(node, start, end, count, type);
}

} // namespace wasmind::mindir::ops
