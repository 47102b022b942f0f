//===- Muls.cpp - Muls(x, y), broadcast ---------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Muls(Node &node) { return binary(node, BinaryKind::Mul); }

} // namespace wasmind::mindir::ops
