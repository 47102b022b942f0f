//===- Lcm.cpp - Lcm(x, y): the least common multiple, never negative --------------------------------------------===//
#include "compiler/frontend/mindir/Integral.h"

namespace wasmind::mindir::ops {

Operand Lcm(Node &node) {
  auto [x, y] = promote(node);
  return node.failed() ? Value() : commonMultiple(node, x, y);
}

} // namespace wasmind::mindir::ops
