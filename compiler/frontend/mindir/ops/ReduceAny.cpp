//===- ReduceAny.cpp - ReduceAny(x, axis: tuple, keep_dims): bool -------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ReduceAny(Node &node) { return reduce(node, ReduceKind::Or, reductionOf(node, node.compose.getI1Type())); }

} // namespace wasmind::mindir::ops
