//===- Select.cpp - Select(condition, x, y), broadcast ------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Select(Node &node) {
  Value condition = node.compose.cast(node.tensor(0), node.compose.getI1Type());
  auto [a, b] = promote(node, 1, 2);
  return node.compose.select(condition, a, b);
}

} // namespace wasmind::mindir::ops
