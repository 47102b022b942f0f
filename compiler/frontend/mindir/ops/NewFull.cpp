//===- NewFull.cpp - NewFull(x, shape, value, dtype): in the type of x without a dtype ---------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand NewFull(Node &node) {
  Value x = node.tensor(0), value = node.tensor(2);
  Extents shape = node.extents("size", 1);
  Type type = node.dtype("dtype", 3);
  value = oneElement(node, value, "the value");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  return b.broadcastTo(b.cast(value, type ? type : node.element(x)), shape);
}

} // namespace wasmind::mindir::ops
