//===- LeakyReLU.cpp - LeakyReLU(x, negative_slope) ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LeakyReLU(Node &node) {
  double slope = node.number("negative_slope", 1, 0.01);
  return node.compose.leakyRelu(node.tensor(0), slope);
}

} // namespace wasmind::mindir::ops
