//===- Fmin.cpp - Fmin(x, y): the smaller one; beside NaN, the other --------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Fmin(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value extreme = b.binary(BinaryKind::Min, x, y);
  if (!node.isFloat(x))
    return extreme;
  return b.select(b.unary(UnaryKind::IsNaN, x), y, b.select(b.unary(UnaryKind::IsNaN, y), x, extreme));
}

} // namespace wasmind::mindir::ops
