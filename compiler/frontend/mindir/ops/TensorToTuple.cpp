//===- TensorToTuple.cpp - TensorToTuple(x [n]): its elements ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TensorToTuple(Node &node) {
  Value x = node.tensor(0);
  const int64_t count = node.expectRank(x, 1, "input 0") ? node.staticExtent(x, 0, "input 0") : 0;
  if (!node.failed() && count > (1 << 16))
    return node.fail("a tuple of " + llvm::Twine(count) + " elements is too long");
  Compose &b = node.compose;
  llvm::SmallVector<Operand> elements;
  for (int64_t i = 0; i < count && !node.failed(); ++i)
    elements.push_back(b.squeeze(b.sliceDim(x, 0, b.getAffineConstantExpr(i), b.getAffineConstantExpr(1)), {0}));
  return Operand::sequence(elements);
}

} // namespace wasmind::mindir::ops
