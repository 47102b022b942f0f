//===- UniqueConsecutive.cpp ------------------------------------------------------------------------------------===//
//
// UniqueConsecutive(x, return_inverse, return_counts, axis), attributes in older files: of equal neighbours the first
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand UniqueConsecutive(Node &node) {
  Value x = node.tensor(0);
  auto given = node.parameter("axis", 3);
  if (!given)
    given = node.parameter("dim", Node::none);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const bool isFlat = !given || !given->is(Operand::Kind::Integer) || given->integerValue == 1000;
  const int64_t rank = node.rank(x), axis = isFlat || rank == 0 ? 0 : node.axis(given->integerValue, rank);
  const Extents shape = b.extentsOf(x);
  if (isFlat || rank == 0)
    x = b.reshape(x, {graph::productOf(shape, b.getContext())});
  if (node.failed() || !x)
    return {};
  const AffineExpr count = b.extentsOf(x)[axis], one = b.getAffineConstantExpr(1);
  node.expectAtLeast(count, 1, "a tensor without elements");
  if (node.failed())
    return {};
  const Type i64 = b.getI64Type();
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, i64), 0);
  Value zero = b.scalarLike(places, 0);
  Value before = b.gather(x, b.maximum(b.sub(places, b.scalarLike(places, 1)), zero), axis);
  Value differs = b.compare(CompareKind::NotEqual, x, before);
  Integers others;
  for (int64_t dim = 0; dim < node.rank(x); ++dim)
    if (dim != axis)
      others.push_back(dim);
  if (!others.empty())
    differs = b.reduce(ReduceKind::Or, differs, others, /*keepDims=*/false);
  Value isFirst = b.binary(BinaryKind::Or, differs, b.compare(CompareKind::Equal, places, zero));
  Value kinds = b.positionsOf(isFirst, node.nameOfExtent(0));
  if (!kinds || node.failed())
    return {};
  Value number = graph::ScanOp::create(b, b.getLoc(), ReduceKind::Sum, b.cast(isFirst, i64), 0, /*exclusive=*/false,
                                       /*reverse=*/false);
  number = b.sub(number, b.scalarLike(number, 1));
  // How far it is to the next first element, or the end.
  const AffineExpr found = b.extentsOf(kinds)[0];
  Value ends = b.sliceDim(b.concat({kinds, b.unsqueeze(b.extent(count), {0})}, 0), 0, one, found);
  Value counts = b.sub(ends, kinds);
  auto typed = [&](Value v, unsigned i) { return b.cast(v, node.declaredElement(i) ? node.declaredElement(i) : i64); };
  if (isFlat)
    number = b.reshape(number, shape);
  const bool hasInverse = node.flag("return_inverse", 1, false), hasCounts = node.flag("return_counts", 2, false);
  return Operand::tuple({b.gather(x, kinds, axis),
                         hasInverse ? Operand(typed(number, 1)) : Operand::unavailable("what return_inverse asks for"),
                         hasCounts ? Operand(typed(counts, 2)) : Operand::unavailable("what return_counts asks for")});
}

} // namespace wasmind::mindir::ops
