//===- Tan.cpp - Tan(x): tangent ----------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Tan(Node &node) { return unary(node, UnaryKind::Tan); }

} // namespace wasmind::mindir::ops
