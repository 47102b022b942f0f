//===- SpaceToDepth.cpp - SpaceToDepth(x [N, C, H, W]), attribute block_size --------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SpaceToDepth(Node &node) {
  Value x = node.tensor(0);
  int64_t block = node.integer("block_size", 1);
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  int64_t channels = node.staticExtent(x, 1, "input 0"), rows = node.staticExtent(x, 2, "input 0"),
          columns = node.staticExtent(x, 3, "input 0");
  if (!node.failed() && (block < 1 || block > 1024 || rows % block != 0 || columns % block != 0))
    return node.fail("the image does not divide by block_size");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  AffineExpr batch = b.extentsOf(x)[0];
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  Value apart = b.reshape(x, {batch, constant(channels), constant(rows / block), constant(block),
                              constant(columns / block), constant(block)});
  return b.reshape(b.transpose(apart, {0, 3, 5, 1, 2, 4}),
                   {batch, constant(channels * block * block), constant(rows / block), constant(columns / block)});
}

} // namespace wasmind::mindir::ops
