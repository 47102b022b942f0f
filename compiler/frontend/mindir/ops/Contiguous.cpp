//===- Contiguous.cpp - Contiguous: x -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Contiguous(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
