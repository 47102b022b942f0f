//===- BoundingBoxEncode.cpp -------------------------------------------------------------------------------------===//
//
// BoundingBoxEncode(anchors [N, 4], boxes [N, 4]), attributes means, stds: offsets between boxes
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Regions.h"

namespace wasmind::mindir::ops {

// Boxes are x1, y1, x2, y2, whose last pixel belongs to them; the offsets are those of centres over the anchor's size,
// then logarithms of the sizes' ratios.
Operand BoundingBoxEncode(Node &node) {
  Value anchors = node.tensor(0), boxes = node.tensor(1);
  const auto means = fourNumbers(node, "means", 0.0), deviations = fourNumbers(node, "stds", 1.0);
  if (!node.expectRank(anchors, 2, "anchors") || !node.expectRank(boxes, 2, "boxes") || node.failed())
    return {};
  if (node.staticExtent(anchors, 1, "anchors") != 4 || node.staticExtent(boxes, 1, "boxes") != 4)
    return node.fail("boxes must be [N, 4]");
  Compose &b = node.compose;
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  struct Span {
    Value centre, size;
  };
  auto spanOf = [&](Value of, int64_t i) {
    Value low = b.sliceDim(of, 1, constant(i), constant(1)), high = b.sliceDim(of, 1, constant(i + 2), constant(1));
    return Span{b.mul(b.add(low, high), b.scalarLike(low, 0.5)), b.add(b.sub(high, low), b.scalarLike(low, 1))};
  };
  llvm::SmallVector<Value> columns(4);
  for (int64_t i = 0; i < 2; ++i) {
    const Span from = spanOf(anchors, i), to = spanOf(boxes, i);
    columns[i] = b.div(b.sub(to.centre, from.centre), from.size);
    columns[i + 2] = b.unary(UnaryKind::Log, b.div(to.size, from.size));
  }
  for (int64_t i = 0; i < 4; ++i)
    columns[i] = b.div(b.sub(columns[i], b.scalarLike(columns[i], means[i])), b.scalarLike(columns[i], deviations[i]));
  return b.concat(columns, 1);
}

} // namespace wasmind::mindir::ops
