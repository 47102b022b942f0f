//===- ArgMinWithValue.cpp - ArgMinWithValue(x, axis, keep_dims): int32 indices and values ------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ArgMinWithValue(Node &node) { return argReduceWithValue(node, ReduceKind::Min); }

} // namespace wasmind::mindir::ops
