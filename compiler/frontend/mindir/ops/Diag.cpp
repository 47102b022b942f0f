//===- Diag.cpp - Diag(x [D...]): [D..., D...] with x where both halves of the indices agree ---------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Diag(Node &node) {
  Value x = node.tensor(0);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Extents shape = b.extentsOf(x);
  const AffineExpr count = graph::productOf(shape, b.getContext());
  auto places = [&](int64_t dim) -> Value {
    Extents line(2, b.getAffineConstantExpr(1));
    line[dim] = count;
    return graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(line, b.getI64Type()), dim);
  };
  Value row = b.reshape(x, {count, b.getAffineConstantExpr(1)});
  Value matrix = b.select(b.compare(CompareKind::Equal, places(0), places(1)), row, b.scalarLike(row, 0));
  shape.append(b.extentsOf(x));
  return b.reshape(matrix, shape);
}

} // namespace wasmind::mindir::ops
