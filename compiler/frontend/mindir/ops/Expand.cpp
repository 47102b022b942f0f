//===- Expand.cpp - Expand(x, shape): BroadcastTo ----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Expand(Node &node) { return ops::BroadcastTo(node); }

} // namespace wasmind::mindir::ops
