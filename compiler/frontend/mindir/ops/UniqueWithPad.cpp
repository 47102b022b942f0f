//===- UniqueWithPad.cpp ----------------------------------------------------------------------------------------===//
//
// UniqueWithPad(x [n], pad): the distinct elements in the order in which they come, filled up to n, and which each is
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand UniqueWithPad(Node &node) {
  Operand unique = ops::Unique(node);
  Value pad = oneElement(node, node.tensor(1), "the pad");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value kinds = unique.elements()[0].tensor;
  pad = b.cast(pad, node.element(kinds));
  const AffineExpr all = graph::productOf(b.extentsOf(node.tensor(0)), b.getContext());
  const AffineExpr missing = all - b.extentsOf(kinds)[0];
  node.require(missing, "there are more distinct elements than elements");
  if (node.failed())
    return {};
  Value filled = b.padConstant(kinds, pad, {b.getAffineConstantExpr(0)}, {missing});
  return Operand::tuple({b.reshape(filled, {all}), unique.elements()[1]});
}

} // namespace wasmind::mindir::ops
