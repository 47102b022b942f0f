//===- ResizeBilinear.cpp -----------------------------------------------------------------------------------------===//
//
// ResizeBilinear(x [N, C, H, W]), attributes size, align_corners, half_pixel_centers
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ResizeBilinear(Node &node) { return resizeImage(node, /*linear=*/true); }

} // namespace wasmind::mindir::ops
