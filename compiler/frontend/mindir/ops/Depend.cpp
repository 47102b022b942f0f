//===- Depend.cpp - Depend: x, after side effects of y ------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Depend(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
