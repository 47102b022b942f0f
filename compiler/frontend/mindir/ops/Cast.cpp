//===- Cast.cpp - Cast(x, dtype) ----------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Cast(Node &node) {
  Value x = node.tensor(0);
  Type type = node.dtype("dst_type", 1);
  if (!type)
    type = node.declaredElement();
  if (!node.failed() && !type)
    return node.fail("has no dtype");
  return node.failed() ? Value() : node.compose.cast(x, type);
}

} // namespace wasmind::mindir::ops
