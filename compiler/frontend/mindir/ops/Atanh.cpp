//===- Atanh.cpp - Atanh(x): inverse hyperbolic tangent -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Atanh(Node &node) { return unary(node, UnaryKind::Atanh); }

} // namespace wasmind::mindir::ops
