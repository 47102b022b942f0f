//===- Acosh.cpp - Acosh(x): inverse hyperbolic cosine ------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Acosh(Node &node) { return unary(node, UnaryKind::Acosh); }

} // namespace wasmind::mindir::ops
