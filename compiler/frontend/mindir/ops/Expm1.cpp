//===- Expm1.cpp - Expm1(x): e^x - 1 ------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Expm1(Node &node) {
  Value exp = node.compose.unary(UnaryKind::Exp, floatInput(node));
  return exp ? node.compose.sub(exp, node.compose.scalarLike(exp, 1)) : Value();
}

} // namespace wasmind::mindir::ops
