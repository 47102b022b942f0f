//===- Slice.cpp - Slice(x, begin: tuple, size: tuple), a size of -1 reaches to the end ---------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Slice(Node &node) {
  Value x = node.tensor(0);
  auto begin = node.amounts("begin", 1), size = node.amounts("size", 2);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const int64_t rank = node.rank(x);
  if (static_cast<int64_t>(begin.size()) != rank || static_cast<int64_t>(size.size()) != rank)
    return node.fail("begin and size must have " + llvm::Twine(rank) + " entries");
  for (int64_t dim = 0; dim < rank && !node.failed(); ++dim) {
    const AffineExpr extent = b.extentsOf(x)[dim];
    const int64_t most = node.bounds(extent).max;
    const AffineExpr start = node.extentOf(begin[dim], dim, most, ".start");
    Value rest = b.extent(extent - start);
    if (auto count = node.known(size[dim]); count && graph::constantOf(*count) == -1)
      size[dim] = rest;
    else if (!count)
      size[dim] = b.select(b.compare(CompareKind::Equal, size[dim], b.scalarLike(rest, -1)), rest, size[dim]);
    x = partAlong(node, x, dim, start, node.extentOf(size[dim], dim, most));
  }
  return x;
}

} // namespace wasmind::mindir::ops
