//===- SortExt.cpp - SortExt(x, dim, descending, stable): values and int64 indices --------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand SortExt(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1, -1), node.rank(x));
  bool descending = node.flag("descending", 2, false);
  int64_t extent = node.failed() ? 1 : node.staticExtent(x, axis, "input 0");
  return node.failed() ? Operand() : topAlong(node, x, extent, axis, !descending);
}

} // namespace wasmind::mindir::ops
