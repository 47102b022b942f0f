//===- Narrow.cpp - Narrow(x, dim, start, length) -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Narrow(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1), node.rank(x)), start = node.integer("start", 2),
          length = node.integer("length", 3);
  if (node.failed())
    return {};
  SliceSpec spec;
  spec.begin = node.compose.getAffineConstantExpr(start);
  int64_t end = 0;
  if (__builtin_add_overflow(start, length, &end) || length < 0 || (start < 0 && end > 0))
    return node.fail("start or length is out of range");
  if (start >= 0 || end < 0) // a slice that ends at the last element is left open
    spec.end = node.compose.getAffineConstantExpr(end);
  return sliceAlong(node, x, axis, spec);
}

} // namespace wasmind::mindir::ops
