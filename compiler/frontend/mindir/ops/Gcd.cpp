//===- Gcd.cpp - Gcd(x, y): the greatest common divisor, never negative ------------------------------------------===//
#include "compiler/frontend/mindir/Integral.h"

namespace wasmind::mindir::ops {

Operand Gcd(Node &node) {
  auto [x, y] = promote(node);
  return node.failed() ? Value() : commonDivisor(node, x, y);
}

} // namespace wasmind::mindir::ops
