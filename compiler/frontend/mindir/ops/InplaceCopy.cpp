//===- InplaceCopy.cpp - InplaceCopy(x, source): the source in the shape and type of x ---------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand InplaceCopy(Node &node) {
  Value x = node.tensor(0), source = node.tensor(1);
  return node.failed()
             ? Value()
             : node.compose.broadcastTo(node.compose.cast(source, node.element(x)), node.compose.extentsOf(x));
}

} // namespace wasmind::mindir::ops
