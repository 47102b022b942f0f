//===- Exp2.cpp - Exp2(x): 2^x ------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <numbers>

namespace wasmind::mindir::ops {

Operand Exp2(Node &node) {
  Value x = floatInput(node);
  return x ? node.compose.unary(UnaryKind::Exp, node.compose.mul(x, node.compose.scalarLike(x, std::numbers::ln2)))
           : Value();
}

} // namespace wasmind::mindir::ops
