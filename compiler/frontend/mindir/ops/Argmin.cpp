//===- Argmin.cpp - Argmin(x, axis, output_type) ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Argmin(Node &node) { return argReduce(node, ReduceKind::Min); }

} // namespace wasmind::mindir::ops
