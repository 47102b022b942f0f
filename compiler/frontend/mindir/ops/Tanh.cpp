//===- Tanh.cpp - Tanh(x): hyperbolic tangent ---------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Tanh(Node &node) { return unary(node, UnaryKind::Tanh); }

} // namespace wasmind::mindir::ops
