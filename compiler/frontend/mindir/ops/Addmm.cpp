//===- Addmm.cpp - Addmm(x, a, b, beta, alpha): beta * x + alpha * a b --------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Addmm(Node &node) {
  Value x = node.tensor(0), a = node.tensor(1), b = node.tensor(2);
  double beta = node.number("beta", 3, 1), alpha = node.number("alpha", 4, 1);
  if (node.failed())
    return {};
  Value multiplied = product(node, a, b);
  if (multiplied && alpha != 1)
    multiplied = node.compose.mul(multiplied, node.compose.scalarLike(multiplied, alpha));
  if (beta != 1)
    x = node.compose.mul(x, node.compose.scalarLike(x, beta));
  return node.compose.add(x, multiplied);
}

} // namespace wasmind::mindir::ops
