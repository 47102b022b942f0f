//===- IsNan.cpp - IsNan(x): bool ---------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand IsNan(Node &node) { return unary(node, UnaryKind::IsNaN); }

} // namespace wasmind::mindir::ops
