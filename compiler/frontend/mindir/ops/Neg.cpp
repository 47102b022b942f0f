//===- Neg.cpp - Neg(x): -x ---------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Neg(Node &node) { return unary(node, UnaryKind::Neg); }

} // namespace wasmind::mindir::ops
