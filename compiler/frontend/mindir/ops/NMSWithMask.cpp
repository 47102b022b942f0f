//===- NMSWithMask.cpp --------------------------------------------------------------------------------------------===//
//
// NMSWithMask(boxes [N, 5]), attribute iou_threshold: the boxes (x1, y1, x2, y2, score) by descending score, their
// numbers in that order, which are 0, 1, ..., and which of them overlap none that was kept before by more than the
// threshold
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Regions.h"
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand NMSWithMask(Node &node) {
  Value boxes = node.tensor(0);
  const double threshold = node.number("iou_threshold", Node::none, 0.5);
  if (!node.expectRank(boxes, 2, "boxes") || node.staticExtent(boxes, 1, "boxes") != 5 || node.failed())
    return node.fail("boxes must be [N, 5]");
  Compose &b = node.compose;
  const Type i32 = b.getI32Type();
  const AffineExpr count = b.extentsOf(boxes)[0], one = b.getAffineConstantExpr(1);
  node.expectAtLeast(count, 1, "no box");
  Value scores = b.squeeze(b.sliceDim(boxes, 1, b.getAffineConstantExpr(4), one), {1});
  Operand sorted = topAlong(node, scores, count, 0, /*smallest=*/false, i32);
  if (node.failed())
    return {};
  Value order = node.asTensor(sorted.elements()[1], "the order");
  boxes = b.gather(boxes, order, 0);
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, i32), 0);
  Value overlaps = overlapping(b, boxes, b.scalar(node.element(boxes), threshold));
  Value kept = overlaps ? keepApart(b, overlaps, b.splat({count}, b.getI1Type(), 1)) : Value();
  return kept ? Operand::tuple({boxes, places, kept}) : Operand();
}

} // namespace wasmind::mindir::ops
