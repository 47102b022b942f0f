//===- ResizeNearestNeighborV2.cpp --------------------------------------------------------------------------------===//
//
// ResizeNearestNeighborV2(x [N, C, H, W], size: tuple, align_corners, half_pixel_centers)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ResizeNearestNeighborV2(Node &node) { return resizeImage(node, /*linear=*/false); }

} // namespace wasmind::mindir::ops
