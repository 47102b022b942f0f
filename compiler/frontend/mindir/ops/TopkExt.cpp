//===- TopkExt.cpp - TopkExt(x, k, dim, largest, sorted): values and int64 indices --------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand TopkExt(Node &node) {
  Value x = node.tensor(0);
  int64_t k = node.integer("k", 1), axis = node.axis(node.integer("dim", 2, -1), node.rank(x));
  bool largest = node.flag("largest", 3, true);
  return node.failed() ? Operand() : topAlong(node, x, k, axis, !largest);
}

} // namespace wasmind::mindir::ops
