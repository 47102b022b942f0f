//===- AsinhExt.cpp - AsinhExt(x): inverse hyperbolic sine --------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand AsinhExt(Node &node) { return unary(node, UnaryKind::Asinh); }

} // namespace wasmind::mindir::ops
