//===- TupleToTensor.cpp - TupleToTensor(tuple of numbers, dtype) -------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TupleToTensor(Node &node) {
  Value x = node.asTensor(node.input(0), "input 0");
  Type type = node.dtype("dtype", 1);
  return node.failed() || !type ? x : node.compose.cast(x, type);
}

} // namespace wasmind::mindir::ops
