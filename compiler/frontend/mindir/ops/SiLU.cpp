//===- SiLU.cpp - SiLU(x): x * sigmoid(x) -------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SiLU(Node &node) { return node.compose.silu(node.tensor(0)); }

} // namespace wasmind::mindir::ops
