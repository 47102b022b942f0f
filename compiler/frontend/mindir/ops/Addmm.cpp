//===- Addmm.cpp - Addmm(x, a, b, beta, alpha): beta * x + alpha * a b --------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Addmm(Node &node) {
  Value x = node.tensor(0), a = node.tensor(1), b = node.tensor(2);
  double beta = node.number("beta", 3, 1), alpha = node.number("alpha", 4, 1);
  if (node.failed())
    return {};
  Value product = node.compose.matmul(a, b);
  if (product && alpha != 1)
    product = node.compose.mul(product, node.compose.scalarLike(product, alpha));
  if (beta != 1)
    x = node.compose.mul(x, node.compose.scalarLike(x, beta));
  return node.compose.add(x, product);
}

} // namespace wasmind::mindir::ops
