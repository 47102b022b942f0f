//===- Cdist.cpp - Cdist(x [..., P, M], y [..., R, M], p): distances between all pairs of rows -------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <cmath>

namespace wasmind::mindir::ops {

Operand Cdist(Node &node) {
  auto [x, y] = promote(node);
  const double p = node.number("p", 2, 2.0);
  const int64_t rank = node.rank(x);
  if (node.failed() || rank < 2 || node.rank(y) != rank || !(p >= 0))
    return node.fail("x and y must be [..., rows, size], p at least 0");
  Compose &b = node.compose;
  const int64_t last = rank; // of the differences
  Value apart = b.unary(UnaryKind::Abs, b.sub(b.unsqueeze(x, {rank - 1}), b.unsqueeze(y, {rank - 2})));
  if (std::isinf(p))
    return b.reduce(ReduceKind::Max, apart, {last}, /*keepDims=*/false);
  auto sum = [&](Value of) { return b.reduce(ReduceKind::Sum, of, {last}, /*keepDims=*/false); };
  if (p == 0)
    return sum(b.cast(b.compare(CompareKind::NotEqual, apart, b.scalarLike(apart, 0)), node.element(x)));
  if (p == 1)
    return sum(apart);
  if (p == 2)
    return b.unary(UnaryKind::Sqrt, sum(b.mul(apart, apart)));
  Value powers = sum(b.binary(BinaryKind::Pow, apart, b.scalarLike(apart, p)));
  return b.binary(BinaryKind::Pow, powers, b.scalarLike(powers, 1 / p));
}

} // namespace wasmind::mindir::ops
