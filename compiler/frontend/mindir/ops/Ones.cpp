//===- Ones.cpp - Ones(shape: tuple, dtype) -----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Ones(Node &node) {
  Extents shape = node.extents("shape", 0);
  Type type = node.dtype("dtype", 1);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getF32Type();
  return node.failed() ? Value() : node.compose.splat(shape, type, 1);
}

} // namespace wasmind::mindir::ops
