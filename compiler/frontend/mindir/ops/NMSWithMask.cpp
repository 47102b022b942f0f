//===- NMSWithMask.cpp --------------------------------------------------------------------------------------------===//
//
// NMSWithMask(boxes [N, 5]), attribute iou_threshold: the boxes (x1, y1, x2, y2, score) by descending score, their
// numbers in that order, which are 0, 1, ..., and which of them overlap none that was kept before by more than the
// threshold
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

/// [N, N]: whether two boxes share more than `threshold` of what they cover together.
static Value overlaps(Compose &b, Value boxes, double threshold) {
  auto column = [&](int64_t i) { return b.sliceDim(boxes, 1, b.getAffineConstantExpr(i), b.getAffineConstantExpr(1)); };
  auto across = [&](Value of) { return b.transpose(of, {1, 0}); };
  Value common, areas;
  for (int64_t i : {0, 1}) {
    Value low = column(i), high = column(i + 2), side = b.sub(high, low);
    Value shared = b.sub(b.minimum(high, across(high)), b.maximum(low, across(low)));
    shared = b.maximum(shared, b.scalarLike(shared, 0));
    common = common ? b.mul(common, shared) : shared;
    areas = areas ? b.mul(areas, side) : side;
  }
  Value together = b.sub(b.add(areas, across(areas)), common);
  return b.compare(CompareKind::Greater, b.div(common, together), b.scalarLike(common, threshold));
}

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
  Value isAfter = b.compare(CompareKind::Less, b.unsqueeze(places, {1}), b.unsqueeze(places, {0}));
  Value ends = b.binary(BinaryKind::And, overlaps(b, boxes, threshold), isAfter); // row i: what box i puts an end to

  Value trips = b.extent(count), kept = b.splat({count}, b.getI1Type(), 1);
  mlir::OperationState state(b.getLoc(), graph::LoopOp::getOperationName());
  graph::LoopOp::build(b, state, kept.getType(), trips, b.scalar(b.getI1Type(), 1), kept);
  auto loop = mlir::cast<graph::LoopOp>(b.OpBuilder::create(state));
  {
    mlir::OpBuilder::InsertionGuard guard(b);
    mlir::Block *body = b.createBlock(&loop.getBody(), {}, {trips.getType(), kept.getType()}, {b.getLoc(), b.getLoc()});
    Value box = body->getArgument(0), open = body->getArgument(1);
    Value ended = b.binary(BinaryKind::And, b.gather(ends, box, 0), b.gather(open, box, 0));
    Value next = b.binary(BinaryKind::And, open, b.unary(UnaryKind::Not, ended));
    graph::YieldOp::create(b, mlir::ValueRange{b.scalar(b.getI1Type(), 1), next});
  }
  return Operand::tuple({boxes, places, loop.getResult(0)});
}

} // namespace wasmind::mindir::ops
