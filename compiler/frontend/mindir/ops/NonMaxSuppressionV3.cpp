//===- NonMaxSuppressionV3.cpp ------------------------------------------------------------------------------------===//
//
// NonMaxSuppressionV3(boxes [N, 4], scores [N], max_output_size, iou_threshold, score_threshold): the numbers of the
// boxes that score more than the threshold and overlap none that was kept before, and scores more, by more than the
// other; at most so many, by descending score. Boxes are two opposite corners.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Regions.h"
#include "compiler/frontend/mindir/Shapes.h"
#include <limits>

namespace wasmind::mindir::ops {

Operand NonMaxSuppressionV3(Node &node) {
  Value boxes = node.tensor(0), scores = node.tensor(1);
  Value most = node.amount("max_output_size", 2), overlap = node.tensor(3), lowest = node.tensor(4);
  if (!node.expectRank(boxes, 2, "boxes") || !node.expectRank(scores, 1, "scores") || node.failed())
    return {};
  if (node.staticExtent(boxes, 1, "boxes") != 4)
    return node.fail("boxes must be [N, 4]");
  Compose &b = node.compose;
  AffineExpr count = b.extentsOf(boxes)[0];
  node.expectEqual(count, b.extentsOf(scores)[0], "boxes and scores are of different numbers of boxes");
  auto number = [&](Value v) { return b.cast(b.reshape(v, Integers()), node.element(scores)); };
  scores = b.reshape(scores, {count});
  if (node.bounds(count).min < 1) { // one more, which is never kept, so that there is one to look at
    boxes = b.pad(boxes, b.scalar(node.element(boxes), 0), {0, 0}, {1, 0});
    scores = b.pad(scores, b.scalar(node.element(scores), -std::numeric_limits<double>::infinity()), {0}, {1});
    count = b.extentsOf(scores)[0];
  }
  Operand sorted = topAlong(node, scores, count, 0, /*smallest=*/false, b.getI32Type());
  if (node.failed())
    return {};
  scores = node.asTensor(sorted.elements()[0], "the scores");
  Value order = node.asTensor(sorted.elements()[1], "the order");
  boxes = b.gather(boxes, order, 0);
  auto column = [&](int64_t i) { return b.sliceDim(boxes, 1, b.getAffineConstantExpr(i), b.getAffineConstantExpr(1)); };
  llvm::SmallVector<Value> low, high;
  for (int64_t i : {0, 1}) {
    low.push_back(b.minimum(column(i), column(i + 2)));
    high.push_back(b.maximum(column(i), column(i + 2)));
  }
  Value kept = keepApart(b, b.concat({low[0], low[1], high[0], high[1]}, 1), number(overlap),
                         b.compare(CompareKind::Greater, scores, number(lowest)));
  if (!kept)
    return {};
  Value rank = graph::ScanOp::create(b, b.getLoc(), ReduceKind::Sum, b.cast(kept, b.getI64Type()), 0,
                                     /*exclusive=*/true, /*reverse=*/false);
  kept = b.binary(BinaryKind::And, kept, b.compare(CompareKind::Less, rank, most));
  Value places = b.positionsOf(kept, node.nameOfExtent(0));
  return places ? b.cast(b.gather(order, places, 0), node.declaredElement() ? node.declaredElement() : b.getI32Type())
                : Value();
}

} // namespace wasmind::mindir::ops
