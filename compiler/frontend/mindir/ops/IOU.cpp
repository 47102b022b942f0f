//===- IOU.cpp --------------------------------------------------------------------------------------------------===//
//
// IOU(anchors [N, 4], truths [M, 4]), attribute mode: overlap of each truth with each anchor, [M, N]
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

// Boxes are x1, y1, x2, y2, whose last pixel belongs to them; mode iof divides by the truth's area.
Operand IOU(Node &node) {
  Value anchors = node.tensor(0), truths = node.tensor(1);
  const llvm::StringRef mode = node.text("mode", Node::none, "iou");
  if (!node.expectRank(anchors, 2, "anchors") || !node.expectRank(truths, 2, "truths") || node.failed())
    return {};
  if (node.staticExtent(anchors, 1, "anchors") != 4 || node.staticExtent(truths, 1, "truths") != 4)
    return node.fail("boxes must be [N, 4]");
  if (mode != "iou" && mode != "iof")
    return node.fail("mode '" + mode + "' is neither iou nor iof");
  Compose &b = node.compose;
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  auto column = [&](Value boxes, int64_t i) { return b.sliceDim(boxes, 1, constant(i), constant(1)); };
  const Type type = node.element(anchors);
  Value one = b.scalar(type, 1, 2), zero = b.scalar(type, 0, 2);
  auto length = [&](Value low, Value high) { return b.add(b.sub(high, low), one); };
  Value common, areas[2];
  for (int64_t d = 0; d < 2; ++d) {
    Value low = b.transpose(column(anchors, d), {1, 0}), high = b.transpose(column(anchors, d + 2), {1, 0});
    Value trueLow = column(truths, d), trueHigh = column(truths, d + 2);
    Value part = b.maximum(length(b.maximum(low, trueLow), b.minimum(high, trueHigh)), zero);
    common = common ? b.mul(common, part) : part;
    Value own = length(low, high), truly = length(trueLow, trueHigh);
    areas[0] = areas[0] ? b.mul(areas[0], own) : own;
    areas[1] = areas[1] ? b.mul(areas[1], truly) : truly;
  }
  Value whole = mode == "iof" ? areas[1] : b.sub(b.add(areas[0], areas[1]), common);
  return b.div(common, whole);
}

} // namespace wasmind::mindir::ops
