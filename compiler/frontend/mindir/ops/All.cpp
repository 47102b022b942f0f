//===- All.cpp - All(x): bool, of all elements --------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand All(Node &node) { return reduce(node, ReduceKind::And, reductionOf(node, node.compose.getI1Type())); }

} // namespace wasmind::mindir::ops
