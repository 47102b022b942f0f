//===- Log10.cpp - Log10(x) ---------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <numbers>

namespace wasmind::mindir::ops {

Operand Log10(Node &node) {
  Value log = node.compose.unary(UnaryKind::Log, floatInput(node));
  return log ? node.compose.mul(log, node.compose.scalarLike(log, 1 / std::numbers::ln10)) : Value();
}

} // namespace wasmind::mindir::ops
