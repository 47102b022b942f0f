//===- ReLU6.cpp - ReLU6(x): min(max(x, 0), 6) --------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ReLU6(Node &node) { return node.compose.clip(node.tensor(0), 0.0, 6.0); }

} // namespace wasmind::mindir::ops
