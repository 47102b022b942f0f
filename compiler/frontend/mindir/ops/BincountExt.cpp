//===- BincountExt.cpp ------------------------------------------------------------------------------------------===//
//
// BincountExt(x [n], weights or None, minlength): how many elements, or what weight, each integer has
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Histograms.h"

namespace wasmind::mindir::ops {

Operand BincountExt(Node &node) {
  Value x = node.tensor(0), weights = node.optionalTensor(1);
  const int64_t least = node.integer("minlength", 2, 0);
  if (!node.expectRank(x, 1, "input 0") || node.failed())
    return {};
  if (least < 0 || least > graph::extentLimit)
    return node.fail("minlength is out of range");
  Compose &b = node.compose;
  const Type i64 = b.getI64Type();
  // One behind the largest integer; nothing has no integer.
  Value longer = b.concat({b.cast(x, i64), b.scalar(i64, double(least - 1), 1)}, 0);
  Value length = b.add(b.reduce(ReduceKind::Max, longer, {0}, /*keepDims=*/false), b.scalar(i64, 1));
  const AffineExpr count = node.extentOf(length, 0);
  Type type = node.declaredElement();
  if (!type)
    type = weights ? node.element(weights) : i64;
  return node.failed() ? Operand() : countBins(node, x, weights, count, type);
}

} // namespace wasmind::mindir::ops
