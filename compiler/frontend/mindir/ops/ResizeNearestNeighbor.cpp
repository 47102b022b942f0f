//===- ResizeNearestNeighbor.cpp ----------------------------------------------------------------------------------===//
//
// ResizeNearestNeighbor(x [N, C, H, W]), attributes size, align_corners, half_pixel_centers
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ResizeNearestNeighbor(Node &node) { return resizeImage(node, /*linear=*/false); }

} // namespace wasmind::mindir::ops
