//===- BitwiseNot.cpp - BitwiseNot(x): of integers ----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand BitwiseNot(Node &node) { return unary(node, UnaryKind::Not); }

} // namespace wasmind::mindir::ops
