//===- ArgMaxExt.cpp - ArgMaxExt(x, dim or None, keepdim): int64 --------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ArgMaxExt(Node &node) { return argReduceExt(node, ReduceKind::Max); }

} // namespace wasmind::mindir::ops
