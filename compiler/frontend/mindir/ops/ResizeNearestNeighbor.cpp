//===- ResizeNearestNeighbor.cpp ----------------------------------------------------------------------------------===//
//
// ResizeNearestNeighbor(x [N, C, H, W]), attributes size, align_corners, half_pixel_centers
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ResizeNearestNeighbor(Node &node) {
  Value x = node.tensor(0);
  Integers size = node.integers("size", Node::none);
  bool alignCorners = node.flag("align_corners", Node::none, false),
       halfPixel = node.flag("half_pixel_centers", Node::none, false);
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  return resize(node, x, size, alignCorners, halfPixel, /*linear=*/false);
}

} // namespace wasmind::mindir::ops
