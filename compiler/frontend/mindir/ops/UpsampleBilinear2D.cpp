//===- UpsampleBilinear2D.cpp -------------------------------------------------------------------------------------===//
//
// UpsampleBilinear2D(x [N, C, H, W], size: tuple, scales or None, align_corners)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand UpsampleBilinear2D(Node &node) {
  Value x = node.tensor(0);
  if (!node.has(1) || node.has(2))
    return node.fail("scales instead of a size are not supported");
  Extents size = node.extents("output_size", 1);
  bool alignCorners = node.flag("align_corners", 3, false);
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  return resize(node, x, size, alignCorners, /*halfPixel=*/!alignCorners, /*linear=*/true);
}

} // namespace wasmind::mindir::ops
