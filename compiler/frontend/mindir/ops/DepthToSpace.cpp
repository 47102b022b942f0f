//===- DepthToSpace.cpp -------------------------------------------------------------------------------------------===//
//
// DepthToSpace(x [N, C, H, W]), attribute block_size: depth first, then columns and rows
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand DepthToSpace(Node &node) {
  Value x = node.tensor(0);
  int64_t block = node.integer("block_size", 1);
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  Compose &b = node.compose;
  Extents e = b.extentsOf(x);
  AffineExpr size = b.getAffineConstantExpr(block),
             rest = block < 1 || block > 1024 ? AffineExpr() : b.quotientOf(e[1], block * block);
  if (!node.failed() && !rest)
    return node.fail("the channels do not divide by block_size squared");
  if (node.failed())
    return {};
  Value apart = b.transpose(b.reshape(x, {e[0], size, size, rest, e[2], e[3]}), {0, 3, 4, 1, 5, 2});
  return b.reshape(apart, {e[0], rest, e[2] * block, e[3] * block});
}

} // namespace wasmind::mindir::ops
