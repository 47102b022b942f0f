//===- LogicalOr.cpp - LogicalOr(x, y): bool, broadcast -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand LogicalOr(Node &node) { return logical(node, BinaryKind::Or); }

} // namespace wasmind::mindir::ops
