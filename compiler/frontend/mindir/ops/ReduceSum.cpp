//===- ReduceSum.cpp - ReduceSum(x, axis: tuple, keep_dims), skip_mode --------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ReduceSum(Node &node) { return reduce(node, ReduceKind::Sum, reductionOf(node)); }

} // namespace wasmind::mindir::ops
