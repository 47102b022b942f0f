//===- CheckValid.cpp -------------------------------------------------------------------------------------------===//
//
// CheckValid(boxes [N, 4], image [3]: height, width, ratio): whether each box lies inside the image
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand CheckValid(Node &node) {
  Value boxes = node.tensor(0), image = node.tensor(1);
  if (!node.expectRank(boxes, 2, "boxes") || !node.expectRank(image, 1, "the image's size") || node.failed())
    return {};
  if (node.staticExtent(boxes, 1, "boxes") != 4 || node.staticExtent(image, 0, "the image's size") != 3)
    return node.fail("boxes must be [N, 4], the image's size height, width and ratio");
  Compose &b = node.compose;
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  auto column = [&](int64_t i) { return b.squeeze(b.sliceDim(boxes, 1, constant(i), constant(1)), {1}); };
  auto number = [&](int64_t i) { return b.sliceDim(b.cast(image, node.element(boxes)), 0, constant(i), constant(1)); };
  Value isValid;
  for (int64_t d = 0; d < 2; ++d) {
    Value end = b.mul(number(1 - d), number(2)); // x by the width, y by the height
    end = b.sub(end, b.scalarLike(end, 1));
    for (Value inside : {b.compare(CompareKind::GreaterEqual, column(d), b.scalarLike(end, 0)),
                         b.compare(CompareKind::LessEqual, column(d + 2), end)})
      isValid = isValid ? b.binary(BinaryKind::And, isValid, inside) : inside;
  }
  return isValid;
}

} // namespace wasmind::mindir::ops
