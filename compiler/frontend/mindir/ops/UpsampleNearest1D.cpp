//===- UpsampleNearest1D.cpp - UpsampleNearest1D(x [N, C, L], output_size or None, scales or None) --------------===//
#include "compiler/frontend/mindir/Resampling.h"

namespace wasmind::mindir::ops {

Operand UpsampleNearest1D(Node &node) { return upsample(node, 1, /*linear=*/false); }

} // namespace wasmind::mindir::ops
