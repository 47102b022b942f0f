//===- TruncateDiv.cpp - TruncateDiv(x, y): x / y without its fraction --------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand TruncateDiv(Node &node) {
  Value quotient = binary(node, BinaryKind::Div).tensor;
  return node.isFloat(quotient) ? node.compose.unary(UnaryKind::Trunc, quotient) : quotient;
}

} // namespace wasmind::mindir::ops
