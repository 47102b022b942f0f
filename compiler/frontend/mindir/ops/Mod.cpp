//===- Mod.cpp - Mod(x, y): the remainder of truncated division, as C has it, broadcast ---------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Mod(Node &node) { return binary(node, BinaryKind::Rem); }

} // namespace wasmind::mindir::ops
