//===- Narrow.cpp - Narrow(x, dim, start, length) -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Narrow(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1), node.rank(x)), start = node.integer("start", 2),
          length = node.integer("length", 3);
  if (node.failed())
    return {};
  AffineExpr extent = node.compose.extentsOf(x)[axis], count = node.compose.getAffineConstantExpr(length);
  AffineExpr first = node.compose.getAffineConstantExpr(start);
  if (start < 0)
    first = extent + first;
  expectInside(node, axis, first, count, extent);
  return node.failed() ? Value() : node.compose.sliceDim(x, axis, first, count);
}

} // namespace wasmind::mindir::ops
