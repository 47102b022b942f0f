//===- GLU.cpp - GLU(x, axis): first * sigmoid(second) of the halves along a dimension ----------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand GLU(Node &node) {
  auto [first, second] = halves(node, "axis");
  return node.compose.mul(first, node.compose.sigmoid(second));
}

} // namespace wasmind::mindir::ops
