//===- Cdist.cpp - Cdist(x [..., P, M], y [..., R, M], p): distances between all pairs of rows -------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Cdist(Node &node) {
  auto [x, y] = promote(node);
  const double p = node.number("p", 2, 2.0);
  const int64_t rank = node.rank(x);
  if (node.failed() || rank < 2 || node.rank(y) != rank || !(p >= 0))
    return node.fail("x and y must be [..., rows, size], p at least 0");
  Compose &b = node.compose;
  Value apart = b.sub(b.unsqueeze(x, {rank - 1}), b.unsqueeze(y, {rank - 2}));
  return norm(node, apart, p, {rank}, /*keepDims=*/false);
}

} // namespace wasmind::mindir::ops
