//===- SpaceToDepth.cpp - SpaceToDepth(x [N, C, H, W]), attribute block_size --------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SpaceToDepth(Node &node) {
  Value x = node.tensor(0);
  int64_t block = node.integer("block_size", 1);
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Extents e = b.extentsOf(x);
  const bool isBlock = block >= 1 && block <= 1024;
  AffineExpr size = b.getAffineConstantExpr(block), rows = isBlock ? b.quotientOf(e[2], block) : AffineExpr(),
             columns = isBlock ? b.quotientOf(e[3], block) : AffineExpr();
  if (!rows || !columns)
    return node.fail("the image does not divide by block_size");
  Value apart = b.reshape(x, {e[0], e[1], rows, size, columns, size});
  return b.reshape(b.transpose(apart, {0, 3, 5, 1, 2, 4}), {e[0], e[1] * (block * block), rows, columns});
}

} // namespace wasmind::mindir::ops
