//===- Cosh.cpp - Cosh(x): hyperbolic cosine ----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Cosh(Node &node) { return unary(node, UnaryKind::Cosh); }

} // namespace wasmind::mindir::ops
