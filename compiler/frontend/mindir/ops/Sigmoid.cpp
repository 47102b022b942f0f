//===- Sigmoid.cpp - Sigmoid(x): 1 / (1 + e^-x) -------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Sigmoid(Node &node) { return unary(node, UnaryKind::Sigmoid); }

} // namespace wasmind::mindir::ops
