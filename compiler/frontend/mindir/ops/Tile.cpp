//===- Tile.cpp - Tile(x, dims: tuple): repeated ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Tile(Node &node) {
  Value x = node.tensor(0);
  Integers counts = node.integers("multiples", 1);
  if (node.failed())
    return {};
  int64_t rank = std::max<int64_t>(node.rank(x), counts.size());
  Compose &b = node.compose;
  AffineExpr one = b.getAffineConstantExpr(1);
  Extents own(rank - node.rank(x), one);
  llvm::append_range(own, b.extentsOf(x));
  counts.insert(counts.begin(), rank - counts.size(), 1);
  // [a, b] -> [1, a, 1, b] -> [n, a, m, b] -> [n * a, m * b]
  Extents apart, spread, joined;
  for (auto [extent, count] : llvm::zip(own, counts)) {
    if (count < 0 || count > (1 << 30))
      return node.fail("a count of " + llvm::Twine(count) + " is out of range");
    apart.append({one, extent});
    spread.append({b.getAffineConstantExpr(count), extent});
    joined.push_back(extent * count);
  }
  return b.reshape(b.broadcastTo(b.reshape(x, apart), spread), joined);
}

} // namespace wasmind::mindir::ops
