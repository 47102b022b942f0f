//===- Imag.cpp - Imag(x): of numbers that are not complex, 0 ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Imag(Node &node) {
  Value x = node.tensor(0);
  Type type = node.declaredElement() ? node.declaredElement() : node.element(x);
  return node.failed() ? Value() : node.compose.splat(node.compose.extentsOf(x), type, 0);
}

} // namespace wasmind::mindir::ops
