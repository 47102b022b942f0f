//===- SquaredDifference.cpp - SquaredDifference(x, y): (x - y)^2, broadcast --------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand SquaredDifference(Node &node) {
  auto [a, b] = promote(node);
  Value difference = node.compose.sub(a, b);
  return node.compose.mul(difference, difference);
}

} // namespace wasmind::mindir::ops
