//===- Unique.cpp ------------------------------------------------------------------------------------------------===//
//
// Unique(x): the distinct elements in the order in which they come, and which of them each element is
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

// All pairs are compared.
Operand Unique(Node &node) {
  Value x = node.tensor(0);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const AffineExpr count = graph::productOf(b.extentsOf(x), b.getContext());
  x = b.reshape(x, {count});
  const Type i64 = b.getI64Type(), i32 = b.getI32Type();
  Value areEqual = b.compare(CompareKind::Equal, b.unsqueeze(x, {1}), b.unsqueeze(x, {0}));
  node.expectAtLeast(count, 1, "a tensor without elements");
  if (node.failed())
    return {};
  // An element that equals none before it is the first of its kind: nobody is its own representative otherwise.
  Value first = b.argReduce(ReduceKind::Max, b.cast(areEqual, i32), 1, /*keepDims=*/false);
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, i64), 0);
  Value isFirst = b.compare(CompareKind::Equal, b.cast(first, i64), places);
  Value kinds = b.positionsOf(isFirst, node.nameOfExtent(0));
  if (!kinds || node.failed())
    return {};
  Value number = graph::ScanOp::create(b, b.getLoc(), ReduceKind::Sum, b.cast(isFirst, i64), 0, /*exclusive=*/true,
                                       /*reverse=*/false);
  Type index = node.declaredElement(1);
  return Operand::tuple({b.gather(x, kinds, 0), b.cast(b.gather(number, first, 0), index ? index : i32)});
}

} // namespace wasmind::mindir::ops
