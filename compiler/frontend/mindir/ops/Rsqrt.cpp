//===- Rsqrt.cpp - Rsqrt(x): 1 / sqrt(x) --------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Rsqrt(Node &node) { return unary(node, UnaryKind::Rsqrt); }

} // namespace wasmind::mindir::ops
