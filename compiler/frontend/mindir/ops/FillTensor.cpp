//===- FillTensor.cpp - FillTensor(shape, value: tensor of one element, dtype) -----------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand FillTensor(Node &node) {
  Extents shape = node.extents("size", 0);
  Value value = node.tensor(1);
  Type type = node.dtype("dtype", 2);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  value = oneElement(node, value, "the value");
  if (node.failed())
    return {};
  return b.broadcastTo(type ? b.cast(value, type) : value, shape);
}

} // namespace wasmind::mindir::ops
