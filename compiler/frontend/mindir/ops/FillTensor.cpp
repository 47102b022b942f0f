//===- FillTensor.cpp - FillTensor(shape, value: tensor of one element, dtype) -----------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand FillTensor(Node &node) {
  Type type = node.dtype("dtype", 2);
  return filled(node, node.extents("size", 0), node.tensor(1), type);
}

} // namespace wasmind::mindir::ops
