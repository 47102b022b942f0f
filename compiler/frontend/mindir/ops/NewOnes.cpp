//===- NewOnes.cpp - NewOnes(x, shape: tuple, dtype) --------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand NewOnes(Node &node) {
  Value x = node.tensor(0);
  Extents shape = node.extents("size", 1);
  Type type = node.dtype("dtype", 2);
  return node.failed() ? Value() : node.compose.splat(shape, type ? type : node.element(x), 1);
}

} // namespace wasmind::mindir::ops
