//===- DiagPart.cpp - DiagPart(x [D..., D...]): the elements where both halves of the indices agree --------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand DiagPart(Node &node) {
  Value x = node.tensor(0);
  const int64_t half = node.rank(x) / 2;
  if (!node.failed() && (half < 1 || node.rank(x) != 2 * half))
    return node.fail("input 0 has rank " + llvm::Twine(node.rank(x)) + ", an even one is needed");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x), shape(llvm::ArrayRef(extents).take_front(half));
  for (int64_t dim = 0; dim < half; ++dim)
    node.expectEqual(extents[dim], extents[half + dim], "the two halves of the shape differ");
  if (node.failed())
    return {};
  const AffineExpr count = graph::productOf(shape, b.getContext());
  return b.reshape(diagonal(node, b.reshape(x, {count, count}), 0, 0, 1), shape);
}

} // namespace wasmind::mindir::ops
