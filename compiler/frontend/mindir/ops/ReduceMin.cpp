//===- ReduceMin.cpp - ReduceMin(x, axis: tuple, keep_dims) -------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ReduceMin(Node &node) { return reduce(node, ReduceKind::Min, reductionOf(node)); }

} // namespace wasmind::mindir::ops
