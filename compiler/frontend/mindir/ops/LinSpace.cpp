//===- LinSpace.cpp - LinSpace(start, stop, num): so many numbers, evenly spaced ---------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LinSpace(Node &node) {
  Value start = node.tensor(0), stop = node.tensor(1);
  const AffineExpr count = node.extentOf(node.amount("num", 2), 0);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Type type = node.declaredElement() ? node.declaredElement() : node.element(start);
  start = b.reshape(b.cast(start, type), llvm::ArrayRef<int64_t>{1});
  stop = b.reshape(b.cast(stop, type), llvm::ArrayRef<int64_t>{1});
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, b.getI64Type()), 0);
  Value steps = b.cast(b.extent(count - 1), type), one = b.scalarLike(steps, 1); // one number is the start
  return b.add(start, b.mul(b.cast(places, type), b.div(b.sub(stop, start), b.maximum(steps, one))));
}

} // namespace wasmind::mindir::ops
