//===- Fill.cpp - Fill(dtype, shape, value) ----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand Fill(Node &node) {
  Type type = node.dtype("type", 0);
  Extents shape = node.extents("shape", 1);
  Value value = node.tensor(2);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  value = oneElement(node, value, "the value");
  if (node.failed())
    return {};
  return b.broadcastTo(type ? b.cast(value, type) : value, shape);
}

} // namespace wasmind::mindir::ops
