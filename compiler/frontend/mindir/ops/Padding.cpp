//===- Padding.cpp - Padding(x [..., 1]), attribute pad_dim_size: zeros behind the one element -------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Padding(Node &node) {
  Value x = node.tensor(0);
  const int64_t size = node.integer("pad_dim_size", Node::none, 8), rank = node.rank(x);
  if (node.failed() || rank < 1 || size < 1 || size > graph::extentLimit)
    return node.fail("input 0 has rank 0, or pad_dim_size is out of range");
  Compose &b = node.compose;
  node.expectEqual(b.extentsOf(x).back(), b.getAffineConstantExpr(1), "the last dimension has not one element");
  if (node.failed())
    return {};
  Extents low(rank, b.getAffineConstantExpr(0)), high = low;
  high.back() = b.getAffineConstantExpr(size - 1);
  return b.padConstant(x, b.scalar(node.element(x), 0), low, high);
}

} // namespace wasmind::mindir::ops
