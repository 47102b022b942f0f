//===- BoundingBoxDecode.cpp ------------------------------------------------------------------------------------===//
//
// BoundingBoxDecode(anchors [N, 4], offsets [N, 4]), attributes max_shape, means, stds, wh_ratio_clip
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Regions.h"
#include <cmath>

namespace wasmind::mindir::ops {

// What BoundingBoxEncode made of boxes; sizes grow or shrink by wh_ratio_clip at most, and boxes end at the border of
// an image of max_shape, its height and width.
Operand BoundingBoxDecode(Node &node) {
  Value anchors = node.tensor(0), offsets = node.tensor(1);
  const auto means = fourNumbers(node, "means", 0.0), deviations = fourNumbers(node, "stds", 1.0);
  const Integers image = node.integers("max_shape", Node::none);
  const double clip = std::abs(std::log(node.number("wh_ratio_clip", Node::none, 0.016)));
  if (!node.expectRank(anchors, 2, "anchors") || !node.expectRank(offsets, 2, "offsets") || node.failed())
    return {};
  if (node.staticExtent(anchors, 1, "anchors") != 4 || node.staticExtent(offsets, 1, "offsets") != 4)
    return node.fail("boxes must be [N, 4]");
  if (image.size() != 2 || !std::isfinite(clip))
    return node.fail("max_shape is no height and width, or wh_ratio_clip not positive");
  Compose &b = node.compose;
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  auto column = [&](Value of, int64_t i) { return b.sliceDim(of, 1, constant(i), constant(1)); };
  auto number = [&](double value) { return b.scalar(node.element(anchors), value, 2); };
  auto offset = [&](int64_t i) { return b.add(b.mul(column(offsets, i), number(deviations[i])), number(means[i])); };
  llvm::SmallVector<Value> columns(4);
  for (int64_t i = 0; i < 2; ++i) {
    Value low = column(anchors, i), high = column(anchors, i + 2);
    Value size = b.add(b.sub(high, low), number(1)), centre = b.mul(b.add(low, high), number(0.5));
    Value half = b.mul(b.mul(size, b.unary(UnaryKind::Exp, b.clip(offset(i + 2), -clip, clip))), number(0.5));
    centre = b.add(centre, b.mul(size, offset(i)));
    const double last = double(image[1 - i]);
    columns[i] = b.clip(b.add(b.sub(centre, half), number(0.5)), 0, last);
    columns[i + 2] = b.clip(b.sub(b.add(centre, half), number(0.5)), 0, last);
  }
  return b.concat(columns, 1);
}

} // namespace wasmind::mindir::ops
