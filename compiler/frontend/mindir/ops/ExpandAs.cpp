//===- ExpandAs.cpp - ExpandAs(x, other): broadcast to the shape of other -----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ExpandAs(Node &node) {
  Value x = node.tensor(0), other = node.tensor(1);
  return node.failed() ? Value() : node.compose.broadcastTo(x, node.compose.extentsOf(other));
}

} // namespace wasmind::mindir::ops
