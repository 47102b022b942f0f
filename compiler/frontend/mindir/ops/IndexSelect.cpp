//===- IndexSelect.cpp - IndexSelect(x, dim, index [I]) -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand IndexSelect(Node &node) {
  Value x = node.tensor(0), indices = toIndices(node, node.tensor(2));
  int64_t axis = node.axis(node.integer("axis", 1), node.rank(x));
  expectIndices(node, indices, x, axis);
  return node.failed() ? Value() : node.compose.gather(x, indices, axis);
}

} // namespace wasmind::mindir::ops
