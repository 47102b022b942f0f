//===- UpsampleLinear1D.cpp - UpsampleLinear1D(x [N, C, L], output_size or None, scales or None, align_corners) -===//
#include "compiler/frontend/mindir/Resampling.h"

namespace wasmind::mindir::ops {

Operand UpsampleLinear1D(Node &node) { return upsample(node, 1, /*linear=*/true, /*alignsAt=*/3); }

} // namespace wasmind::mindir::ops
