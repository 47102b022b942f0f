//===- ReLU.cpp - ReLU(x): max(x, 0) ------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ReLU(Node &node) { return node.compose.relu(node.tensor(0)); }

} // namespace wasmind::mindir::ops
