//===- RandomChoiceWithMask.cpp -----------------------------------------------------------------------------------===//
//
// RandomChoiceWithMask(mask), attribute count: (indices of true elements [count, rank], which of them are there
// [count])
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand RandomChoiceWithMask(Node &node) {
  Value mask = node.tensor(0);
  const int64_t count = node.integer("count", Node::none, 256), rank = node.rank(mask);
  if (node.failed() || rank < 1 || count < 1)
    return node.fail("takes a mask and a positive count");
  Compose &b = node.compose;
  const Extents shape = b.extentsOf(mask);
  graph::Draw drawn = draw(node, shape);
  // True elements have numbers that are not negative, the others and those that fill up are -1.
  const AffineExpr size = graph::productOf(shape, b.getContext());
  Value number =
      b.cast(b.binary(BinaryKind::ShiftRight, drawn.wideWord(), b.scalarLike(drawn.wideWord(), 1)), b.getI64Type());
  Value keys = b.reshape(b.select(mask, number, b.scalarLike(number, -1)), {size});
  keys = b.concat({keys, b.splat({b.getAffineConstantExpr(count)}, b.getI64Type(), -1)}, 0);
  Operand best = topAlong(node, keys, b.getAffineConstantExpr(count), 0, /*smallest=*/false, b.getI64Type());
  if (node.failed())
    return {};
  Value isThere = b.compare(CompareKind::GreaterEqual, best.elements()[0].tensor, b.scalar(b.getI64Type(), 0, 1));
  Value place = b.cast(best.elements()[1].tensor, b.getI64Type());
  place = b.select(isThere, place, b.scalarLike(place, 0));
  llvm::SmallVector<Value> columns(rank);
  for (int64_t dim = rank; dim-- > 0;) {
    Value extent = b.maximum(b.reshape(b.extent(shape[dim]), {1}), b.scalar(b.getI64Type(), 1, 1));
    columns[dim] = b.unsqueeze(b.binary(BinaryKind::Rem, place, extent), {1});
    place = b.binary(BinaryKind::Div, place, extent);
  }
  Value indices = b.cast(rank == 1 ? columns.front() : b.concat(columns, 1), b.getI32Type());
  return Operand::tuple({indices, isThere});
}

} // namespace wasmind::mindir::ops
