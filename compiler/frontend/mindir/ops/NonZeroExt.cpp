//===- NonZeroExt.cpp - NonZeroExt(x): the places of elements that are not zero, a tensor per dimension ----------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand NonZeroExt(Node &node) {
  Value places = ops::NonZero(node).tensor;
  if (node.failed() || !places)
    return {};
  Compose &b = node.compose;
  llvm::SmallVector<Operand> columns;
  for (int64_t dim = 0; dim < node.rank(node.tensor(0)); ++dim)
    columns.push_back(b.squeeze(b.sliceDim(places, 1, b.getAffineConstantExpr(dim), b.getAffineConstantExpr(1)), {1}));
  return Operand::sequence(columns);
}

} // namespace wasmind::mindir::ops
