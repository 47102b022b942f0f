//===- UpsampleTrilinear3D.cpp ----------------------------------------------------------------------------------===//
//
// UpsampleTrilinear3D(x [N, C, D, H, W], output_size or None, scales or None, align_corners)
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Resampling.h"

namespace wasmind::mindir::ops {

Operand UpsampleTrilinear3D(Node &node) { return upsample(node, 3, /*linear=*/true, /*alignsAt=*/3); }

} // namespace wasmind::mindir::ops
