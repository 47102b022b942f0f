//===- Fills.cpp - Fills(x, value): the value in the shape and type of x -----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Fills(Node &node) {
  Value x = node.tensor(0), value = node.tensor(1);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  return b.broadcastTo(b.cast(b.reshape(value, llvm::ArrayRef<int64_t>()), node.element(x)), b.extentsOf(x));
}

} // namespace wasmind::mindir::ops
