//===- Meshgrid.cpp - Meshgrid(tuple of [N], indexing): 1 = xy, 0 = ij --------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Meshgrid(Node &node) {
  auto tensors = node.tensors();
  bool swaps = false; // xy: the first two dimensions change places
  if (auto indexing = node.parameter("indexing", 1); indexing && indexing->is(Operand::Kind::Text))
    swaps = indexing->string == "xy";
  else
    swaps = node.integer("indexing", 1, 1) == 1;
  if (node.failed())
    return {};
  int64_t rank = tensors.size();
  if (rank > 16)
    return node.fail("more than 16 tensors");
  auto dimOf = [&](int64_t i) { return swaps && rank > 1 && i < 2 ? 1 - i : i; };
  Extents shape(rank);
  for (int64_t i = 0; i < rank; ++i) {
    if (!node.expectRank(tensors[i], 1, "a tensor"))
      return {};
    shape[dimOf(i)] = node.compose.extentsOf(tensors[i])[0];
  }
  llvm::SmallVector<Operand> grids;
  for (int64_t i = 0; i < rank; ++i) {
    Extents line(rank, node.compose.getAffineConstantExpr(1));
    line[dimOf(i)] = shape[dimOf(i)];
    grids.push_back(node.compose.broadcastTo(node.compose.reshape(tensors[i], line), shape));
  }
  return Operand::sequence(grids);
}

} // namespace wasmind::mindir::ops
