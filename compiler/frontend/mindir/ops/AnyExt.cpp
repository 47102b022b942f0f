//===- AnyExt.cpp - AnyExt(x, dim, keepdim): bool -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand AnyExt(Node &node) { return reduce(node, ReduceKind::Or, extReductionOf(node, node.compose.getI1Type())); }

} // namespace wasmind::mindir::ops
