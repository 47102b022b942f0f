//===- RepeatInterleaveTensor.cpp -------------------------------------------------------------------------------===//
//
// RepeatInterleaveTensor(x, repeats [n] or [1], dim or None, output_size): each slice as many times
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Ordered.h"

namespace wasmind::mindir::ops {

Operand RepeatInterleaveTensor(Node &node) {
  Value x = node.tensor(0), repeats = node.tensor(1);
  if (node.failed() || node.rank(repeats) > 1)
    return node.fail("repeats is not [n] or [1]");
  Compose &b = node.compose;
  const Type i64 = b.getI64Type();
  int64_t dim = 0;
  if (node.has(2))
    dim = node.axis(node.integer("dim", 2), node.rank(x));
  else
    x = b.reshape(x, {graph::productOf(b.extentsOf(x), b.getContext())});
  if (node.failed() || !x || node.rank(x) < 1)
    return node.fail("input 0 has rank 0");
  const AffineExpr extent = b.extentsOf(x)[dim];
  repeats = b.cast(b.reshape(repeats, {graph::productOf(b.extentsOf(repeats), b.getContext())}), i64);
  if (!graph::isOne(b.extentsOf(repeats)[0]))
    node.expectEqual(b.extentsOf(repeats)[0], extent, "there is not one number of repeats per slice");
  node.expectAtLeast(extent, 1, "what is repeated");
  if (node.failed())
    return {};
  repeats = b.broadcastTo(repeats, {extent});
  repeats = b.maximum(repeats, b.scalarLike(repeats, 0));
  const AffineExpr total = node.extentOf(b.reduce(ReduceKind::Sum, repeats, {0}, /*keepDims=*/false), dim);
  if (node.failed())
    return {};
  // Where each slice ends; a place belongs to the first that ends behind it.
  Value ends =
      graph::ScanOp::create(b, b.getLoc(), ReduceKind::Sum, repeats, 0, /*exclusive=*/false, /*reverse=*/false);
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({total}, i64), 0);
  Value from = countBelow(node, ends, places, /*right=*/true);
  return from ? b.gather(x, from, dim) : Value();
}

} // namespace wasmind::mindir::ops
