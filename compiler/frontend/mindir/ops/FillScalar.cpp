//===- FillScalar.cpp - FillScalar(shape: tuple, value, dtype) ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand FillScalar(Node &node) {
  Extents shape = node.extents("shape", 0);
  Value value = node.tensor(1);
  if (Type type = node.declaredElement())
    value = node.compose.cast(value, type);
  return node.failed() ? Value() : node.compose.broadcastTo(value, shape);
}

} // namespace wasmind::mindir::ops
