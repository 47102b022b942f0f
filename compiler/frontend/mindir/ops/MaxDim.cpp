//===- MaxDim.cpp - MaxDim(x, dim, keepdim): values and int64 indices ---------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand MaxDim(Node &node) { return reduceWithIndex(node, ReduceKind::Max); }

} // namespace wasmind::mindir::ops
