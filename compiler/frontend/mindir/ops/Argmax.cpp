//===- Argmax.cpp - Argmax(x, axis, output_type) ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Argmax(Node &node) { return argReduce(node, ReduceKind::Max); }

} // namespace wasmind::mindir::ops
