//===- Narrow.cpp - Narrow(x, dim, start, length) -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Narrow(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1), node.rank(x));
  Value start = node.amount("start", 2), length = node.amount("length", 3);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const AffineExpr extent = b.extentsOf(x)[axis];
  const int64_t most = node.bounds(extent).max;
  auto known = node.known(start);
  if (known && node.bounds(*known).max < 0)
    start = b.extent(extent + *known);
  else if (!known || node.bounds(*known).min < 0) // counted from which end, the run says
    start =
        b.select(b.compare(CompareKind::Less, start, b.scalarLike(start, 0)), b.add(start, b.extent(extent)), start);
  return partAlong(node, x, axis, node.extentOf(start, axis, most, ".start"), node.extentOf(length, axis, most));
}

} // namespace wasmind::mindir::ops
