//===- ArgSort.cpp - ArgSort(x, dim, descending, stable): int64 indices -------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ArgSort(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1, -1), node.rank(x));
  bool descending = node.flag("descending", 2, false);
  int64_t extent = node.failed() ? 1 : node.staticExtent(x, axis, "input 0");
  if (node.failed())
    return {};
  Operand sorted = topAlong(node, x, extent, axis, !descending);
  return node.failed() || sorted.elements().size() != 2 ? Operand() : sorted.elements()[1];
}

} // namespace wasmind::mindir::ops
