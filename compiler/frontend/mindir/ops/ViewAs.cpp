//===- ViewAs.cpp - ViewAs(x, other): in the shape of other -------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ViewAs(Node &node) {
  Value x = node.tensor(0), other = node.tensor(1);
  return node.failed() ? Value() : node.compose.reshape(x, node.compose.extentsOf(other));
}

} // namespace wasmind::mindir::ops
