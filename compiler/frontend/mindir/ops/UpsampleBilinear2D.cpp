//===- UpsampleBilinear2D.cpp -----------------------------------------------------------------------------------===//
//
// UpsampleBilinear2D(x [N, C, H, W], output_size or None, scales or None, align_corners)
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Resampling.h"

namespace wasmind::mindir::ops {

Operand UpsampleBilinear2D(Node &node) { return upsample(node, 2, /*linear=*/true, /*alignsAt=*/3); }

} // namespace wasmind::mindir::ops
