//===- Pdist.cpp - Pdist(x [..., N, size]), attribute p: distances of the N (N - 1) / 2 pairs of rows -----------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Pdist(Node &node) {
  Value x = node.tensor(0);
  const double p = node.number("p", Node::none, 2);
  const int64_t rank = node.rank(x);
  if (node.failed() || rank < 2 || !(p >= 0))
    return node.fail("x must be [..., rows, size], p at least 0");
  const int64_t rows = node.staticExtent(x, rank - 2, "input 0");
  if (node.failed() || rows > 4096)
    return node.fail("more than 4096 rows");
  Integers first, second;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = i + 1; j < rows; ++j) {
      first.push_back(i);
      second.push_back(j);
    }
  Compose &b = node.compose;
  auto take = [&](Integers &of) { return b.gather(x, graph::makeIntegers(b, b.getLoc(), of), rank - 2); };
  return norm(node, b.sub(take(first), take(second)), p, {rank - 1}, /*keepDims=*/false);
}

} // namespace wasmind::mindir::ops
