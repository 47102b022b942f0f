//===- Trunc.cpp - Trunc(x): x without its fraction ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Trunc(Node &node) { return unary(node, UnaryKind::Trunc); }

} // namespace wasmind::mindir::ops
