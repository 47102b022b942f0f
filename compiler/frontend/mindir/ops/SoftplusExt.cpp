//===- SoftplusExt.cpp - SoftplusExt(x, beta, threshold): log(1 + e^(beta x)) / beta ------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SoftplusExt(Node &node) {
  // Above the threshold PyTorch gives x itself, which this form reaches to the last bit in float32.
  double beta = node.number("beta", 1, 1);
  Value x = node.tensor(0);
  if (beta == 0)
    return node.fail("beta is 0");
  if (node.failed())
    return {};
  Value soft = node.compose.softplus(node.compose.mul(x, node.compose.scalarLike(x, beta)));
  return soft ? node.compose.mul(soft, node.compose.scalarLike(soft, 1 / beta)) : Value();
}

} // namespace wasmind::mindir::ops
