//===- UpsampleNearest2D.cpp - UpsampleNearest2D(x [N, C, H, W], output_size or None, scales or None) -----------===//
#include "compiler/frontend/mindir/Resampling.h"

namespace wasmind::mindir::ops {

Operand UpsampleNearest2D(Node &node) { return upsample(node, 2, /*linear=*/false); }

} // namespace wasmind::mindir::ops
