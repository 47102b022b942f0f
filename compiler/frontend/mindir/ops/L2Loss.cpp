//===- L2Loss.cpp - L2Loss(x): half the sum of squares -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand L2Loss(Node &node) {
  Value x = node.tensor(0);
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  Compose &b = node.compose;
  Value sum = reduceLoss(node, b.mul(x, x), /*reduction=*/0).tensor;
  return sum ? b.mul(sum, b.scalarLike(sum, 0.5)) : Value();
}

} // namespace wasmind::mindir::ops
