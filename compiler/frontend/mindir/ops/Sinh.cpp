//===- Sinh.cpp - Sinh(x): hyperbolic sine ------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Sinh(Node &node) { return unary(node, UnaryKind::Sinh); }

} // namespace wasmind::mindir::ops
