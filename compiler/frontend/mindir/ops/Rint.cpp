//===- Rint.cpp - Rint(x): nearest integer, halves to even --------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Rint(Node &node) { return unary(node, UnaryKind::Round); }

} // namespace wasmind::mindir::ops
