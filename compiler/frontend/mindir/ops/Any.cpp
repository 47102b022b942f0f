//===- Any.cpp - Any(x): bool, of all elements --------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Any(Node &node) { return reduce(node, ReduceKind::Or, reductionOf(node, node.compose.getI1Type())); }

} // namespace wasmind::mindir::ops
