//===- Sign.cpp - Sign(x): -1, 0 or 1 -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Sign(Node &node) { return unary(node, UnaryKind::Sign); }

} // namespace wasmind::mindir::ops
