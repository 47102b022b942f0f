//===- HSwish.cpp - HSwish(x): x * min(max(x + 3, 0), 6) / 6 ------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand HSwish(Node &node) { return node.compose.hardSwish(node.tensor(0)); }

} // namespace wasmind::mindir::ops
