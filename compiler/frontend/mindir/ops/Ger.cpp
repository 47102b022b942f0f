//===- Ger.cpp - Ger(x1, x2): the outer product of two vectors --------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Ger(Node &node) { return Outer(node); }

} // namespace wasmind::mindir::ops
