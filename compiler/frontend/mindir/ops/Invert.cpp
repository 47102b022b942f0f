//===- Invert.cpp - Invert(x): all bits flipped -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Invert(Node &node) { return unary(node, UnaryKind::Not); }

} // namespace wasmind::mindir::ops
