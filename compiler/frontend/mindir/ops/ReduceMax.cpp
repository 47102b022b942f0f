//===- ReduceMax.cpp - ReduceMax(x, axis: tuple, keep_dims) -------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ReduceMax(Node &node) { return reduce(node, ReduceKind::Max, reductionOf(node)); }

} // namespace wasmind::mindir::ops
