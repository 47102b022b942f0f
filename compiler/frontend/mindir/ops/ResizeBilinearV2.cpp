//===- ResizeBilinearV2.cpp ---------------------------------------------------------------------------------------===//
//
// ResizeBilinearV2(x [N, C, H, W], size: tuple, align_corners, half_pixel_centers)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ResizeBilinearV2(Node &node) { return resizeImage(node, /*linear=*/true); }

} // namespace wasmind::mindir::ops
