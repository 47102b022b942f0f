//===- FullLike.cpp - FullLike(x, value, dtype) -------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand FullLike(Node &node) {
  Value x = node.tensor(0), value = node.tensor(1);
  Type type = node.dtype("dtype", 2);
  return node.failed() ? Value()
                       : node.compose.broadcastTo(node.compose.cast(value, type ? type : node.element(x)),
                                                  node.compose.extentsOf(x));
}

} // namespace wasmind::mindir::ops
