//===- Softplus.cpp - Softplus(x): log(1 + e^x) -------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Softplus(Node &node) { return node.compose.softplus(node.tensor(0)); }

} // namespace wasmind::mindir::ops
