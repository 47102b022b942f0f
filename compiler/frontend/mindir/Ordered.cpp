#include "compiler/frontend/mindir/Ordered.h"

namespace wasmind::mindir {

Value countBelow(Node &node, Value sorted, Value values, bool right) {
  const int64_t rank = node.rank(sorted);
  if (node.failed() || rank < 1 || (rank > 1 && node.rank(values) != rank)) {
    node.fail("the sequence must be [n], or [..., n] beside values [..., m]");
    return {};
  }
  Compose &b = node.compose;
  values = b.unsqueeze(values, {node.rank(values)});
  if (rank > 1)
    sorted = b.unsqueeze(sorted, {rank - 1});
  Value isBelow = b.compare(right ? CompareKind::LessEqual : CompareKind::Less, sorted, values);
  return isBelow ? b.reduce(ReduceKind::Sum, b.cast(isBelow, b.getI64Type()), {node.rank(isBelow) - 1},
                            /*keepDims=*/false)
                 : Value();
}

Operand sortedUnique(Node &node, bool hasCounts) {
  Value x = node.tensor(0);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Extents shape = b.extentsOf(x);
  const AffineExpr count = graph::productOf(shape, b.getContext());
  node.expectAtLeast(count, 1, "a tensor without elements");
  if (node.failed())
    return {};
  const Type i64 = b.getI64Type();
  Value line = b.reshape(x, {count});
  Value sorted = graph::TopKOp::create(b, b.getLoc(), line, count, /*smallest=*/true).getValues();
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, i64), 0);
  Value zero = b.scalarLike(places, 0);
  Value before = b.gather(sorted, b.maximum(b.sub(places, b.scalarLike(places, 1)), zero), 0);
  Value isFirst = b.binary(BinaryKind::Or, b.compare(CompareKind::NotEqual, sorted, before),
                           b.compare(CompareKind::Equal, places, zero));
  Value firsts = b.positionsOf(isFirst, node.nameOfExtent(0));
  if (!firsts || node.failed())
    return {};
  Value distinct = b.gather(sorted, firsts, 0);
  Value number = b.reshape(countBelow(node, distinct, line, /*right=*/false), shape);
  llvm::SmallVector<Operand> results{distinct, number};
  if (hasCounts) {
    Value ends = b.sliceDim(b.concat({firsts, b.unsqueeze(b.extent(count), {0})}, 0), 0, b.getAffineConstantExpr(1),
                            b.extentsOf(firsts)[0]);
    results.push_back(b.sub(ends, firsts));
  }
  for (unsigned i = 1; i < results.size(); ++i)
    if (Type declared = node.declaredElement(i))
      results[i] = b.cast(results[i].tensor, declared);
  return Operand::sequence(results);
}

} // namespace wasmind::mindir
