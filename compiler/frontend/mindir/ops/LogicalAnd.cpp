//===- LogicalAnd.cpp - LogicalAnd(x, y): bool, broadcast ---------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand LogicalAnd(Node &node) { return logical(node, BinaryKind::And); }

} // namespace wasmind::mindir::ops
