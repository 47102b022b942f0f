//===- NonMaxSuppressionV3.cpp ------------------------------------------------------------------------------------===//
//
// NonMaxSuppressionV3(boxes [N, 4], scores [N], max_output_size, iou_threshold, score_threshold): the numbers of the
// boxes that score more than the threshold and overlap none that was kept before, and scores more, by more than the
// other; at most so many, by descending score. Boxes are two opposite corners.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Regions.h"
#include <limits>

namespace wasmind::mindir::ops {

Operand NonMaxSuppressionV3(Node &node) {
  Value boxes = node.tensor(0), scores = node.tensor(1);
  Value threshold = node.tensor(3);
  if (!node.expectRank(boxes, 2, "boxes") || !node.expectRank(scores, 1, "scores") || node.failed())
    return {};
  if (node.staticExtent(boxes, 1, "boxes") != 4)
    return node.fail("boxes must be [N, 4]");
  Compose &b = node.compose;
  AffineExpr count = b.extentsOf(boxes)[0];
  node.expectEqual(count, b.extentsOf(scores)[0], "boxes and scores are of different numbers of boxes");
  scores = b.reshape(scores, {count});
  if (node.bounds(count).min < 1) { // one more, which is never kept, so that there is one to look at
    boxes = b.pad(boxes, b.scalar(node.element(boxes), 0), {0, 0}, {1, 0});
    scores = b.pad(scores, b.scalar(node.element(scores), -std::numeric_limits<double>::infinity()), {0}, {1});
    count = b.extentsOf(scores)[0];
  }
  if (node.failed())
    return {};
  threshold = b.cast(b.reshape(threshold, Integers()), node.element(boxes));
  return suppress(node, scores, [&](Value order) {
    Value sorted = b.gather(boxes, order, 0);
    auto column = [&](int64_t i) {
      return b.sliceDim(sorted, 1, b.getAffineConstantExpr(i), b.getAffineConstantExpr(1));
    };
    llvm::SmallVector<Value> low, high;
    for (int64_t i : {0, 1}) {
      low.push_back(b.minimum(column(i), column(i + 2)));
      high.push_back(b.maximum(column(i), column(i + 2)));
    }
    return overlapping(b, b.concat({low[0], low[1], high[0], high[1]}, 1), threshold);
  });
}

} // namespace wasmind::mindir::ops
