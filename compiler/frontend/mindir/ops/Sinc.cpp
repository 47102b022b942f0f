//===- Sinc.cpp - Sinc(x): sin(pi x) / (pi x), 1 at 0 -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <numbers>

namespace wasmind::mindir::ops {

Operand Sinc(Node &node) {
  Value x = floatInput(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value angle = b.mul(x, b.scalarLike(x, std::numbers::pi));
  Value isZero = b.compare(CompareKind::Equal, x, b.scalarLike(x, 0));
  return b.select(isZero, b.scalarLike(x, 1), b.div(b.unary(UnaryKind::Sin, angle), angle));
}

} // namespace wasmind::mindir::ops
