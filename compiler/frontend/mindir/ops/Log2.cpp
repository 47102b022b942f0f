//===- Log2.cpp - Log2(x) -----------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <numbers>

namespace wasmind::mindir::ops {

Operand Log2(Node &node) {
  Value log = node.compose.unary(UnaryKind::Log, floatInput(node));
  return log ? node.compose.mul(log, node.compose.scalarLike(log, 1 / std::numbers::ln2)) : Value();
}

} // namespace wasmind::mindir::ops
