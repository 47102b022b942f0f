//===- InplaceAddr.cpp - InplaceAddr(x, v [n], w [m], beta, alpha): beta x + alpha v w^T -------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand InplaceAddr(Node &node) {
  Value x = node.tensor(0), rows = node.tensor(1), columns = node.tensor(2);
  const double beta = node.number("beta", 3, 1), alpha = node.number("alpha", 4, 1);
  if (!node.expectRank(rows, 1, "input 1") || !node.expectRank(columns, 1, "input 2") || node.failed())
    return {};
  Compose &b = node.compose;
  auto scaled = [&](Value v, double by) { return by == 1 ? v : b.mul(v, b.scalarLike(v, by)); };
  Value outer =
      b.mul(b.unsqueeze(b.cast(rows, node.element(x)), {1}), b.unsqueeze(b.cast(columns, node.element(x)), {0}));
  return b.add(scaled(x, beta), scaled(outer, alpha));
}

} // namespace wasmind::mindir::ops
