//===- Atan2.cpp - Atan2(x, y), broadcast -------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Atan2(Node &node) { return binary(node, BinaryKind::Atan2); }

} // namespace wasmind::mindir::ops
