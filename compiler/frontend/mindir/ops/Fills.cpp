//===- Fills.cpp - Fills(x, value): the value in the shape and type of x -----------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand Fills(Node &node) {
  Value x = node.tensor(0), value = node.tensor(1);
  value = oneElement(node, value, "the value");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  return b.broadcastTo(b.cast(value, node.element(x)), b.extentsOf(x));
}

} // namespace wasmind::mindir::ops
