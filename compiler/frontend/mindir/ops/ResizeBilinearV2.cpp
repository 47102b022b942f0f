//===- ResizeBilinearV2.cpp ---------------------------------------------------------------------------------------===//
//
// ResizeBilinearV2(x [N, C, H, W], size: tuple, align_corners, half_pixel_centers)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ResizeBilinearV2(Node &node) {
  Value x = node.tensor(0);
  Integers size = node.integers("size", 1);
  bool alignCorners = node.flag("align_corners", 2, false), halfPixel = node.flag("half_pixel_centers", 3, false);
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  return resize(node, x, size, alignCorners, halfPixel, /*linear=*/true);
}

} // namespace wasmind::mindir::ops
