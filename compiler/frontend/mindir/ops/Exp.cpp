//===- Exp.cpp - Exp(x): e^x --------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Exp(Node &node) { return unary(node, UnaryKind::Exp); }

} // namespace wasmind::mindir::ops
