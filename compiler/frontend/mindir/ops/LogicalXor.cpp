//===- LogicalXor.cpp - LogicalXor(x, y): bool, broadcast ---------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand LogicalXor(Node &node) { return logical(node, BinaryKind::Xor); }

} // namespace wasmind::mindir::ops
