//===- Shape.cpp - Shape(x): a tuple ------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Shape(Node &node) {
  Value x = node.tensor(0);
  if (!x)
    return {};
  llvm::SmallVector<Operand> extents;
  for (AffineExpr extent : node.compose.extentsOf(x))
    extents.push_back(Operand::extent(extent));
  return Operand::sequence(extents);
}

} // namespace wasmind::mindir::ops
