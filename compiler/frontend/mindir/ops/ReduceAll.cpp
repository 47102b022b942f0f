//===- ReduceAll.cpp - ReduceAll(x, axis: tuple, keep_dims): bool -------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ReduceAll(Node &node) { return reduce(node, ReduceKind::And, reductionOf(node, node.compose.getI1Type())); }

} // namespace wasmind::mindir::ops
