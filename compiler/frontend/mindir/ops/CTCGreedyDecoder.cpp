//===- CTCGreedyDecoder.cpp ---------------------------------------------------------------------------------------===//
//
// CTCGreedyDecoder(x [T, B, C], lengths [B]), attribute merge_repeated: the likeliest class of each step without the
// last one, which is the blank: places [N, 2] (b, which one), classes [N], [B, the longest], minus the sum of what they
// score
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand CTCGreedyDecoder(Node &node) {
  Value x = node.tensor(0), lengths = node.tensor(1);
  const bool merges = node.flag("merge_repeated", Node::none, true);
  if (!node.expectRank(x, 3, "input 0") || !node.expectRank(lengths, 1, "the lengths"))
    return {};
  Compose &b = node.compose;
  const Extents shape = b.extentsOf(x);
  const AffineExpr steps = shape[0], batch = shape[1];
  node.expectAtLeast(steps, 1, "a sequence");
  node.expectAtLeast(shape[2], 1, "a class");
  node.expectEqual(batch, b.extentsOf(lengths)[0], "the lengths are not those of all sequences");
  if (node.failed())
    return {};
  const Type i64 = b.getI64Type();
  Value best = b.transpose(b.argReduce(ReduceKind::Max, x, 2, /*keepDims=*/false), {1, 0}); // [B, T]
  best = b.cast(best, i64);
  Value score = b.transpose(b.reduce(ReduceKind::Max, x, {2}, /*keepDims=*/false), {1, 0});
  Value at = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({b.getAffineConstantExpr(1), steps}, i64), 1);
  Value isStep = b.compare(CompareKind::Less, at, b.unsqueeze(b.cast(b.reshape(lengths, {batch}), i64), {1}));
  Value isKept =
      b.binary(BinaryKind::And, isStep, b.compare(CompareKind::Less, best, b.cast(b.extent(shape[2] - 1), i64)));
  if (merges) {
    Value before = b.concat({b.splat({batch, b.getAffineConstantExpr(1)}, i64, -1), best}, 1);
    before = b.sliceDim(before, 1, b.getAffineConstantExpr(0), steps);
    isKept = b.binary(BinaryKind::And, isKept, b.compare(CompareKind::NotEqual, best, before));
  }
  isKept = b.broadcastTo(isKept, {batch, steps});
  Value ones = b.cast(isKept, i64);
  Value rank = graph::ScanOp::create(b, b.getLoc(), ReduceKind::Sum, ones, 1, /*exclusive=*/true, /*reverse=*/false);
  auto flat = [&](Value v) { return b.reshape(v, {graph::productOf({batch, steps}, b.getContext())}); };
  Value places = b.positionsOf(flat(isKept), node.nameOfExtent(0));
  if (!places)
    return {};
  Value row = b.binary(BinaryKind::FloorDiv, places, b.extent(steps));
  Value pairs = b.concat({b.unsqueeze(row, {1}), b.unsqueeze(b.gather(flat(rank), places, 0), {1})}, 1);
  // Of no sequence the longest has no element.
  Value counts = b.reduce(ReduceKind::Sum, ones, {1}, /*keepDims=*/false);
  Value longest = b.reduce(ReduceKind::Max, b.concat({counts, b.scalar(i64, 0, 1)}, 0), {0}, /*keepDims=*/true);
  Value shapes = b.concat({b.reshape(b.extent(batch), Integers{1}), longest}, 0);
  Value sums = b.reduce(ReduceKind::Sum, b.select(isStep, score, b.scalarLike(score, 0)), {1}, /*keepDims=*/true);
  return Operand::tuple({pairs, b.gather(flat(best), places, 0), shapes, b.unary(UnaryKind::Neg, sums)});
}

} // namespace wasmind::mindir::ops
