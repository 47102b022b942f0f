//===- ArgMaxWithValue.cpp - ArgMaxWithValue(x, axis, keep_dims): int32 indices and values ------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ArgMaxWithValue(Node &node) { return argReduceWithValue(node, ReduceKind::Max); }

} // namespace wasmind::mindir::ops
