//===- UpsampleNearest3D.cpp - UpsampleNearest3D(x [N, C, D, H, W], output_size or None, scales or None) --------===//
#include "compiler/frontend/mindir/Resampling.h"

namespace wasmind::mindir::ops {

Operand UpsampleNearest3D(Node &node) { return upsample(node, 3, /*linear=*/false); }

} // namespace wasmind::mindir::ops
