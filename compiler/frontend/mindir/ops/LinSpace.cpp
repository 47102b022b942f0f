//===- LinSpace.cpp - LinSpace(start, stop, num): so many numbers, evenly spaced ---------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand LinSpace(Node &node) {
  Value start = node.tensor(0), stop = node.tensor(1);
  const AffineExpr count = node.extentOf(node.amount("num", 2), 0);
  if (node.failed())
    return {};
  return evenlySpaced(node, start, stop, count, node.declaredElement() ? node.declaredElement() : node.element(start));
}

} // namespace wasmind::mindir::ops
