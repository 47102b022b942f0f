//===- Round.cpp - Round(x, decimals): nearest, halves to even ----------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Round(Node &node) {
  if (node.integer("decimals", 1, 0) != 0)
    return node.fail("decimals other than 0 are not supported; scale, round and scale back");
  return unary(node, UnaryKind::Round);
}

} // namespace wasmind::mindir::ops
