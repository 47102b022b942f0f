//===- GatherD.cpp - GatherD(x, dim, index): element [i][index[i][j]] along dim -----------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand GatherD(Node &node) {
  Value x = node.tensor(0), indices = toIndices(node, node.tensor(2));
  int64_t axis = node.axis(node.integer("dim", 1), node.rank(x));
  expectIndices(node, indices, x, axis);
  expectElements(node, x);
  return node.failed() ? Value() : node.compose.gatherElements(x, indices, axis);
}

} // namespace wasmind::mindir::ops
