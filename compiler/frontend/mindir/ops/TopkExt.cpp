//===- TopkExt.cpp - TopkExt(x, k, dim, largest, sorted): values and int64 indices --------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand TopkExt(Node &node) {
  Value x = node.tensor(0);
  Value k = node.amount("k", 1);
  int64_t axis = node.axis(node.integer("dim", 2, -1), node.rank(x));
  bool largest = node.flag("largest", 3, true);
  return topAlong(node, x, k, axis, !largest, node.compose.getI64Type());
}

} // namespace wasmind::mindir::ops
