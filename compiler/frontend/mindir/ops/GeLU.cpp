//===- GeLU.cpp - GeLU(x): the tanh form --------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand GeLU(Node &node) { return node.compose.geluTanh(node.tensor(0)); }

} // namespace wasmind::mindir::ops
