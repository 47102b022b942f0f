//===- CombinedNonMaxSuppression.cpp ------------------------------------------------------------------------------===//
//
// CombinedNonMaxSuppression(boxes [B, N, 1 or C, 4], scores [B, N, C], max_output_size_per_class, max_total_size,
// iou_threshold, score_threshold), attributes clip_boxes, pad_per_class: of each image and class the boxes that score
// more than the threshold and overlap none that was kept before by more than the other; of these each image's best.
// Gives boxes [B, D, 4], scores [B, D], classes [B, D], zeros behind the last one, and how many there are [B].
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Repeat.h"
#include "compiler/frontend/mindir/Shapes.h"
#include <limits>

namespace wasmind::mindir::ops {
namespace {

/// Of boxes [..., N, 4], two opposite corners each, in their order those of `open` [..., N] that overlap none kept
/// before. Overlaps are computed box by box: a matrix of all would take more memory than anything else.
Value keepApart(Compose &b, Value boxes, Value open, Value threshold) {
  const int64_t dim = mlir::cast<mlir::RankedTensorType>(open.getType()).getRank() - 1;
  auto column = [&](int64_t i) {
    return b.squeeze(b.sliceDim(boxes, dim + 1, b.getAffineConstantExpr(i), b.getAffineConstantExpr(1)), {dim + 1});
  };
  llvm::SmallVector<Value, 2> low, high;
  for (int64_t i : {0, 1}) {
    low.push_back(b.minimum(column(i), column(i + 2)));
    high.push_back(b.maximum(column(i), column(i + 2)));
  }
  Value areas = b.mul(b.sub(high[0], low[0]), b.sub(high[1], low[1]));
  Value places =
      graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({b.extentsOf(open).back()}, b.getI64Type()), 0);
  auto kept = repeat(b, b.extent(b.extentsOf(open).back()), {open}, [&](Value at, llvm::ArrayRef<Value> carried) {
    auto pick = [&](Value from) { return b.unsqueeze(b.gather(from, at, dim), {dim}); };
    Value common;
    for (int64_t i : {0, 1}) {
      Value shared = b.sub(b.minimum(high[i], pick(high[i])), b.maximum(low[i], pick(low[i])));
      shared = b.maximum(shared, b.scalarLike(shared, 0));
      common = common ? b.mul(common, shared) : shared;
    }
    Value together = b.sub(b.add(areas, pick(areas)), common);
    Value ended = b.compare(CompareKind::Greater, b.div(common, together), threshold);
    ended = b.binary(BinaryKind::And, ended, b.compare(CompareKind::Greater, places, at));
    ended = b.binary(BinaryKind::And, ended, pick(carried[0]));
    return Iteration{{b.binary(BinaryKind::And, carried[0], b.unary(UnaryKind::Not, ended))}};
  });
  return kept.empty() ? Value() : kept[0];
}

} // namespace

Operand CombinedNonMaxSuppression(Node &node) {
  Value boxes = node.tensor(0), scores = node.tensor(1), overlap = node.tensor(4), lowest = node.tensor(5);
  Value perClass = node.amount("max_output_size_per_class", 2), total = node.amount("max_total_size", 3);
  // MindSpore 2.10 does with each of the two what the other one says.
  const bool clips = node.flag("pad_per_class", Node::none, false), isTight = node.flag("clip_boxes", Node::none, true);
  if (!node.expectRank(boxes, 4, "boxes") || !node.expectRank(scores, 3, "scores") || node.failed())
    return {};
  if (node.staticExtent(boxes, 3, "boxes") != 4)
    return node.fail("takes boxes [B, N, classes, 4]");
  Compose &b = node.compose;
  const Extents of = b.extentsOf(scores), given = b.extentsOf(boxes);
  const AffineExpr count = of[1], four = b.getAffineConstantExpr(4);
  node.expectEqual(given[0], of[0], "boxes and scores are of different numbers of images");
  node.expectEqual(given[1], count, "boxes and scores are of different numbers of boxes");
  if (graph::constantOf(given[2]) != 1)
    node.expectEqual(given[2], of[2], "boxes and scores are of different numbers of classes");
  node.expectAtLeast(count, 1, "no box");
  if (isTight)
    total = b.minimum(total, b.mul(perClass, b.cast(b.extent(of[2]), b.getI64Type())));
  const AffineExpr found = node.extentOf(total, 1), zero = b.getAffineConstantExpr(0);
  if (node.failed())
    return {};
  Operand sorted = topAlong(node, b.transpose(scores, {0, 2, 1}), count, 2, /*smallest=*/false, b.getI64Type());
  if (node.failed())
    return {};
  scores = node.asTensor(sorted.elements()[0], "the scores");
  Value order = b.cast(node.asTensor(sorted.elements()[1], "the order"), b.getI64Type());
  boxes = b.gather(b.broadcastTo(b.transpose(boxes, {0, 2, 1, 3}), {of[0], of[2], count, four}), order, 2, 2);
  auto number = [&](Value x) { return b.cast(b.reshape(x, Integers()), node.element(scores)); };
  Value kept = keepApart(b, boxes, b.compare(CompareKind::Greater, scores, number(lowest)), number(overlap));
  if (!kept)
    return {};
  Value rank = graph::ScanOp::create(b, b.getLoc(), ReduceKind::Sum, b.cast(kept, b.getI64Type()), 2,
                                     /*exclusive=*/true, /*reverse=*/false);
  kept = b.binary(BinaryKind::And, kept, b.compare(CompareKind::Less, rank, perClass));

  // The best of all classes, and what fills up.
  Value none = b.scalar(node.element(scores), -std::numeric_limits<double>::infinity());
  const AffineExpr all = of[2] * count;
  Value best = b.reshape(b.select(kept, scores, none), {of[0], all});
  sorted = topAlong(node, b.padConstant(best, none, {zero, zero}, {zero, found}), found, 1, /*smallest=*/false,
                    b.getI64Type());
  if (node.failed())
    return {};
  scores = node.asTensor(sorted.elements()[0], "the scores");
  Value isThere = b.compare(CompareKind::Greater, scores, none);
  Value places = b.cast(node.asTensor(sorted.elements()[1], "the places"), b.getI64Type());
  places = b.select(isThere, places, b.scalarLike(places, 0));
  auto there = [&](Value x, Value mask) { return b.select(mask, x, b.scalarLike(x, 0)); };
  boxes = b.gather(b.reshape(boxes, {of[0], all, four}), places, 1, 1);
  Value classes = b.cast(b.binary(BinaryKind::Div, places, b.cast(b.extent(count), b.getI64Type())), b.getF32Type());
  return Operand::tuple({there(clips ? b.clip(boxes, 0, 1) : boxes, b.unsqueeze(isThere, {2})), there(scores, isThere),
                         there(classes, isThere),
                         b.reduce(ReduceKind::Sum, b.cast(isThere, b.getI32Type()), {1}, /*keepDims=*/false)});
}

} // namespace wasmind::mindir::ops
