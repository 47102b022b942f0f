//===- ScatterAddExt.cpp - ScatterAddExt(x, dim, index, src) ------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ScatterAddExt(Node &node) {
  Value x = node.tensor(0), indices = toIndices(node, node.tensor(2)), updates = node.tensor(3);
  int64_t axis = node.axis(node.integer("dim", 1), node.rank(x));
  return node.failed() ? Value() : node.compose.scatterElements(ScatterKind::Add, x, indices, updates, axis);
}

} // namespace wasmind::mindir::ops
