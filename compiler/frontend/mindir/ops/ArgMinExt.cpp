//===- ArgMinExt.cpp - ArgMinExt(x, dim or None, keepdim): int64 --------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ArgMinExt(Node &node) { return argReduceExt(node, ReduceKind::Min); }

} // namespace wasmind::mindir::ops
