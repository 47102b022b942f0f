//===- Atan.cpp - Atan(x): arc tangent ----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Atan(Node &node) { return unary(node, UnaryKind::Atan); }

} // namespace wasmind::mindir::ops
