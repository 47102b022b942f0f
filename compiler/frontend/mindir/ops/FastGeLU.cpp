//===- FastGeLU.cpp - FastGeLU(x): x / (1 + e^(-1.702 |x|)) * e^(0.851 (x - |x|)) ---------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand FastGeLU(Node &node) {
  // Equal to x * sigmoid(1.702 x), written by MindSpore so that no exponential overflows.
  Value x = node.tensor(0);
  return x ? node.compose.mul(x, node.compose.sigmoid(node.compose.mul(x, node.compose.scalarLike(x, 1.702))))
           : Value();
}

} // namespace wasmind::mindir::ops
