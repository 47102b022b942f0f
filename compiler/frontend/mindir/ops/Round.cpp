//===- Round.cpp - Round(x, decimals): nearest, halves to even ----------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Round(Node &node) {
  if (node.integer("decimals", 1, 0) != 0)
    return node.fail("decimals other than 0 are not supported; scale, round and scale back");
  Value x = node.tensor(0);
  return node.failed() || node.isFloat(x) ? unary(node, UnaryKind::Round) : x;
}

} // namespace wasmind::mindir::ops
