//===- TypeAs.cpp - TypeAs(x, y): x in the element type of y -----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TypeAs(Node &node) {
  Value x = node.tensor(0), y = node.tensor(1);
  return node.failed() ? Value() : node.compose.cast(x, node.element(y));
}

} // namespace wasmind::mindir::ops
