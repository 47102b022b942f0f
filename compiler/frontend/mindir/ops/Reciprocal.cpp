//===- Reciprocal.cpp - Reciprocal(x): 1 / x ----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Reciprocal(Node &node) { return unary(node, UnaryKind::Reciprocal); }

} // namespace wasmind::mindir::ops
