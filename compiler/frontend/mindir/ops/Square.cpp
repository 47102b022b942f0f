//===- Square.cpp - Square(x): x * x ------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Square(Node &node) {
  Value x = node.tensor(0);
  return node.compose.mul(x, x);
}

} // namespace wasmind::mindir::ops
