//===- MinDim.cpp - MinDim(x, dim, keepdim): values and int64 indices ---------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand MinDim(Node &node) { return reduceWithIndex(node, ReduceKind::Min); }

} // namespace wasmind::mindir::ops
