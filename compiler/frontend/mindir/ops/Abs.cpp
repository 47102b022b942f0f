//===- Abs.cpp - Abs(x): |x| --------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Abs(Node &node) { return unary(node, UnaryKind::Abs); }

} // namespace wasmind::mindir::ops
