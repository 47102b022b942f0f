//===- AllExt.cpp - AllExt(x, dim, keepdim): bool -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand AllExt(Node &node) { return reduce(node, ReduceKind::And, extReductionOf(node, node.compose.getI1Type())); }

} // namespace wasmind::mindir::ops
