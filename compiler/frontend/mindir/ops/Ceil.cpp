//===- Ceil.cpp - Ceil(x): smallest integer not below x -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Ceil(Node &node) { return unary(node, UnaryKind::Ceil); }

} // namespace wasmind::mindir::ops
