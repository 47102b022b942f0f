//===- Pow.cpp - Pow(x, y), broadcast -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Pow(Node &node) { return binary(node, BinaryKind::Pow); }

} // namespace wasmind::mindir::ops
