//===- CeLU.cpp - CeLU(x, alpha): x, and alpha (e^(x / alpha) - 1) below 0 ----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand CeLU(Node &node) {
  double alpha = node.number("alpha", 1, 1);
  Value x = node.tensor(0);
  if (alpha == 0)
    return node.fail("alpha is 0");
  if (node.failed())
    return {};
  Value elu = node.compose.elu(node.compose.mul(x, node.compose.scalarLike(x, 1 / alpha)), 1);
  return elu ? node.compose.mul(elu, node.compose.scalarLike(elu, alpha)) : Value();
}

} // namespace wasmind::mindir::ops
