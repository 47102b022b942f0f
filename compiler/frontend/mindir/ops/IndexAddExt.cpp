//===- IndexAddExt.cpp ------------------------------------------------------------------------------------------===//
//
// IndexAddExt(x, dim, index, source, alpha): x plus alpha times the source at these places of a dimension
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand IndexAddExt(Node &node) {
  Value x = node.tensor(0), index = toIndices(node, node.tensor(2)), source = node.tensor(3);
  const int64_t dim = node.axis(node.integer("dim", 1), node.rank(x));
  const double scale = node.number("alpha", 4, 1);
  if (node.failed())
    return {};
  if (node.rank(index) > 1 || node.rank(source) != node.rank(x))
    return node.fail("the indices are no line, or the source has not the rank of x");
  Compose &b = node.compose;
  expectIndices(node, index, x, dim);
  if (node.failed())
    return {};
  const Extents extents = b.extentsOf(source);
  Extents line(node.rank(x), b.getAffineConstantExpr(1));
  line[dim] = graph::productOf(b.extentsOf(index), b.getContext());
  node.expectEqual(line[dim], extents[dim], "the source has not one slice per index");
  if (node.failed())
    return {};
  source = b.cast(source, node.element(x));
  if (scale != 1)
    source = b.mul(source, b.scalarLike(source, scale));
  return b.scatterElements(ScatterKind::Add, x, b.broadcastTo(b.reshape(index, line), extents), source, dim);
}

} // namespace wasmind::mindir::ops
