//===- Elu.cpp - Elu(x, alpha): x, and alpha (e^x - 1) below 0 ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Elu(Node &node) {
  double alpha = node.number("alpha", 1, 1);
  return node.compose.elu(node.tensor(0), alpha);
}

} // namespace wasmind::mindir::ops
