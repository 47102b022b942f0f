//===- Outer.cpp - Outer(x [N], y [M]): [N, M] --------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Outer(Node &node) {
  auto [a, b] = promote(node);
  if (!node.expectRank(a, 1, "input 0") || !node.expectRank(b, 1, "input 1"))
    return {};
  return node.compose.mul(node.compose.unsqueeze(a, {1}), node.compose.unsqueeze(b, {0}));
}

} // namespace wasmind::mindir::ops
