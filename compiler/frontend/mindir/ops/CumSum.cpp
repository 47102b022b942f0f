//===- CumSum.cpp - CumSum(x, axis, exclusive, reverse) -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand CumSum(Node &node) { return cumulate(node, ReduceKind::Sum); }

} // namespace wasmind::mindir::ops
