//===- IndexFill.cpp - IndexFill(x, dim, index, value): x with the value at these places of a dimension ----------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand IndexFill(Node &node) {
  Value x = node.tensor(0), index = toIndices(node, node.tensor(2)), value = node.tensor(3);
  const int64_t dim = node.axis(node.integer("dim", 1), node.rank(x));
  if (node.failed() || (node.rank(index) > 1 || node.rank(value) != 0))
    return node.fail("the indices must be a scalar or a line, the value one number");
  Compose &b = node.compose;
  const AffineExpr extent = b.extentsOf(x)[dim], one = b.getAffineConstantExpr(1);
  expectIndices(node, index, x, dim);
  if (node.failed())
    return {};
  index = b.reshape(index, {graph::productOf(b.extentsOf(index), b.getContext()), one});
  Value fromEnd = b.add(index, b.cast(b.extent(extent), node.element(index)));
  index = b.select(b.compare(CompareKind::Less, index, b.scalarLike(index, 0)), fromEnd, index);
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({one, extent}, node.element(index)), 1);
  Value isThere = b.reduce(ReduceKind::Or, b.compare(CompareKind::Equal, index, places), {0}, /*keepDims=*/false);
  Extents line(node.rank(x), one);
  line[dim] = extent;
  return b.select(b.reshape(isThere, line), b.cast(value, node.element(x)), x);
}

} // namespace wasmind::mindir::ops
