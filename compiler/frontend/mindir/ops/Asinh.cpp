//===- Asinh.cpp - Asinh(x): inverse hyperbolic sine --------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Asinh(Node &node) { return unary(node, UnaryKind::Asinh); }

} // namespace wasmind::mindir::ops
