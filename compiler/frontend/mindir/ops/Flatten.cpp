//===- Flatten.cpp - Flatten(x): [dimension 0, the rest] ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Flatten(Node &node) {
  Value x = node.tensor(0);
  return node.rank(x) == 1 ? node.compose.unsqueeze(x, {1}) : node.compose.flatten(x, 1);
}

} // namespace wasmind::mindir::ops
