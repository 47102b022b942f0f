//===- Addbmm.cpp -----------------------------------------------------------------------------------------------===//
//
// Addbmm(x, a [B, n, k], b [B, k, m], beta, alpha): beta x + alpha times the sum of the products
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Addbmm(Node &node) {
  Value x = node.tensor(0), a = node.tensor(1), b = node.tensor(2);
  const double beta = node.number("beta", 3, 1), alpha = node.number("alpha", 4, 1);
  if (!node.expectRank(a, 3, "input 1") || !node.expectRank(b, 3, "input 2"))
    return {};
  Compose &compose = node.compose;
  Value sum = compose.reduce(ReduceKind::Sum, product(node, a, b), {0}, /*keepDims=*/false);
  return sum ? compose.add(compose.mul(x, compose.scalarLike(x, beta)),
                           compose.mul(sum, compose.scalarLike(sum, alpha)))
             : Value();
}

} // namespace wasmind::mindir::ops
