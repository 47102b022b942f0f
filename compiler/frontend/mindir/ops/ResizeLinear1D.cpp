//===- ResizeLinear1D.cpp ----------------------------------------------------------------------------------------===//
//
// ResizeLinear1D(x [N, C, W], size, mode): mode 0 align_corners, 1 asymmetric, 2 half_pixel
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ResizeLinear1D(Node &node) {
  Value x = node.tensor(0);
  if (!node.expectRank(x, 3, "input 0"))
    return {};
  const Extents size = node.extents("size", 1);
  const int64_t mode = node.integer("coordinate_transformation_mode", 2, 0);
  if (node.failed() || size.size() != 1 || mode < 0 || mode > 2)
    return node.fail("size has not one entry, or the mode of coordinates is unknown");
  const AffineExpr wanted[] = {node.compose.getAffineConstantExpr(1), size[0]};
  Operand resized = resize(node, node.compose.unsqueeze(x, {2}), wanted, mode == 0, mode == 2, /*linear=*/true);
  return node.failed() ? Value() : node.compose.squeeze(node.asTensor(resized, "the result"), {2});
}

} // namespace wasmind::mindir::ops
