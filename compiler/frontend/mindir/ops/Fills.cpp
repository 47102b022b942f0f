//===- Fills.cpp - Fills(x, value): the value in the shape and type of x -----------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand Fills(Node &node) {
  Value x = node.tensor(0), value = node.tensor(1);
  if (node.failed())
    return {};
  return filled(node, node.compose.extentsOf(x), value, node.element(x));
}

} // namespace wasmind::mindir::ops
