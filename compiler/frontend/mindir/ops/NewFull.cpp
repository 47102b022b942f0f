//===- NewFull.cpp - NewFull(x, shape, value, dtype): in the type of x without a dtype ---------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand NewFull(Node &node) {
  Value x = node.tensor(0);
  Type type = node.dtype("dtype", 3);
  if (node.failed())
    return {};
  return filled(node, node.extents("size", 1), node.tensor(2), type ? type : node.element(x));
}

} // namespace wasmind::mindir::ops
