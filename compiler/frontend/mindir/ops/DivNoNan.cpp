//===- DivNoNan.cpp - DivNoNan(x, y): x / y, and 0 where y is 0 ---------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand DivNoNan(Node &node) {
  auto [a, b] = promote(node);
  if (node.failed() || !b)
    return {};
  Value isZero = node.compose.compare(CompareKind::Equal, b, node.compose.scalarLike(b, 0));
  Value quotient = node.compose.div(a, node.compose.select(isZero, node.compose.scalarLike(b, 1), b));
  return node.compose.select(isZero, node.compose.scalarLike(b, 0), quotient);
}

} // namespace wasmind::mindir::ops
