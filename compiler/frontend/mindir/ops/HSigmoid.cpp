//===- HSigmoid.cpp - HSigmoid(x): min(max(x / 6 + 1/2, 0), 1) ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand HSigmoid(Node &node) { return node.compose.hardSigmoid(node.tensor(0), 1.0 / 6, 0.5); }

} // namespace wasmind::mindir::ops
