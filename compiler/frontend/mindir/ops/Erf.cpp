//===- Erf.cpp - Erf(x): error function ---------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Erf(Node &node) { return unary(node, UnaryKind::Erf); }

} // namespace wasmind::mindir::ops
