//===- Erfc.cpp - Erfc(x): 1 - erf(x) -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Erfc(Node &node) {
  Value erf = node.compose.unary(UnaryKind::Erf, floatInput(node));
  return erf ? node.compose.sub(node.compose.scalarLike(erf, 1), erf) : Value();
}

} // namespace wasmind::mindir::ops
