//===- Tile.cpp - Tile(x, dims: tuple): repeated ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Tile(Node &node) {
  Value x = node.tensor(0);
  auto given = node.amounts("multiples", 1);
  if (node.failed())
    return {};
  int64_t rank = std::max<int64_t>(node.rank(x), given.size());
  Compose &b = node.compose;
  AffineExpr one = b.getAffineConstantExpr(1);
  Extents own(rank - node.rank(x), one);
  llvm::append_range(own, b.extentsOf(x));
  Extents counts(rank - given.size(), one);
  for (Value count : given)
    counts.push_back(node.extentOf(count, counts.size()));
  // [a, b] -> [1, a, 1, b] -> [n, a, m, b] -> [n * a, m * b]
  Extents apart, spread, joined;
  for (auto [extent, count] : llvm::zip(own, counts)) {
    if (auto constant = graph::constantOf(count); constant && (*constant < 0 || *constant > (1 << 30)))
      return node.fail("a count of " + llvm::Twine(*constant) + " is out of range");
    node.require(count, "a count of '" + node.text(count) + "'");
    if (node.failed())
      return {};
    apart.append({one, extent});
    spread.append({count, extent});
    joined.push_back(extent * count);
  }
  return b.reshape(b.broadcastTo(b.reshape(x, apart), spread), joined);
}

} // namespace wasmind::mindir::ops
