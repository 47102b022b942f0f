//===- TopK.cpp - TopK(x, k): values and int32 indices along the last dimension, sorted ---------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TopK(Node &node) {
  Value x = node.tensor(0);
  int64_t k = node.integer("k", 1);
  if (node.failed())
    return {};
  if (node.rank(x) < 1)
    return node.fail("input 0 has rank 0");
  int64_t extent = node.staticExtent(x, node.rank(x) - 1, "input 0");
  if (!node.failed() && (k < 1 || k > extent))
    return node.fail("k = " + llvm::Twine(k) + " is out of range for an extent of " + llvm::Twine(extent));
  if (node.failed())
    return {};
  auto top = graph::TopKOp::create(node.compose, node.compose.getLoc(), x, k, /*smallest=*/false);
  Type type = node.declaredElement(1) ? node.declaredElement(1) : node.compose.getI32Type();
  return Operand::tuple({top.getValues(), node.compose.cast(top.getIndices(), type)});
}

} // namespace wasmind::mindir::ops
