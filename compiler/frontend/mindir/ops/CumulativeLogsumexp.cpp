//===- CumulativeLogsumexp.cpp ----------------------------------------------------------------------------------===//
//
// CumulativeLogsumexp(x, axis), attributes exclusive, reverse: running log of sums of exponentials
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <limits>

namespace wasmind::mindir::ops {

Operand CumulativeLogsumexp(Node &node) {
  Value x = node.tensor(0);
  const int64_t axis = node.axis(node.integer("axis", 1), node.rank(x));
  const bool exclusive = node.flag("exclusive", Node::none, false), reversed = node.flag("reverse", Node::none, false);
  if (node.failed() || !node.isFloat(x) || node.rank(x) < 1)
    return node.fail("takes floats of at least one dimension");
  Compose &b = node.compose;
  auto reverse = [&](Value v) -> Value {
    return graph::ReverseOp::create(b, b.getLoc(), v, llvm::ArrayRef<int64_t>{axis});
  };
  const AffineExpr extent = b.extentsOf(x)[axis];
  Extents line(node.rank(x), b.getAffineConstantExpr(1));
  line[axis] = extent;
  Value none = b.scalarLike(x, -std::numeric_limits<double>::infinity());
  node.expectAtLeast(extent, 1, "a running sum");
  if (node.failed())
    return {};
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({extent}, b.getI64Type()), 0);
  /// Each element is the one `step` ahead of it.
  auto shifted = [&](Value v, int64_t step) {
    Value from = b.sub(places, b.scalarLike(places, double(step)));
    Value isThere = b.compare(CompareKind::GreaterEqual, from, b.scalarLike(from, 0));
    return b.select(b.reshape(isThere, line), b.gather(v, b.maximum(from, b.scalarLike(from, 0)), axis), none);
  };
  if (reversed)
    x = reverse(x);
  if (exclusive)
    x = shifted(x, 1);
  // Sums of 2, 4, 8, ... elements, each of two sums side by side: exact whatever their sizes are.
  for (int64_t step = 1; step < node.bounds(extent).max && x; step *= 2)
    x = logAddExp(b, x, shifted(x, step), 1);
  return reversed && x ? reverse(x) : x;
}

} // namespace wasmind::mindir::ops
