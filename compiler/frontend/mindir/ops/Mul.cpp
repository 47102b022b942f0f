//===- Mul.cpp - Mul(x, y), broadcast -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Mul(Node &node) { return binary(node, BinaryKind::Mul); }

} // namespace wasmind::mindir::ops
