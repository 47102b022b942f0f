//===- Diagonal.cpp - Diagonal(x, offset, dim1, dim2): the diagonal of two dimensions as the last one ------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Diagonal(Node &node) {
  Value x = node.tensor(0);
  const int64_t offset = node.integer("offset", 1, 0);
  return node.failed() ? Operand()
                       : Operand(diagonal(node, x, offset, node.integer("dim1", 2, 0), node.integer("dim2", 3, 1)));
}

} // namespace wasmind::mindir::ops
