//===- Sqrt.cpp - Sqrt(x): square root ----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Sqrt(Node &node) { return unary(node, UnaryKind::Sqrt); }

} // namespace wasmind::mindir::ops
