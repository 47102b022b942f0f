//===- Take.cpp - Take(x, index): the elements at these places of x, flat ----------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Take(Node &node) {
  Value x = node.tensor(0), index = toIndices(node, node.tensor(1));
  if (node.failed())
    return {};
  Compose &b = node.compose;
  x = b.reshape(x, {graph::productOf(b.extentsOf(x), b.getContext())});
  expectIndices(node, index, x, 0);
  return node.failed() ? Value() : b.gather(x, index, 0);
}

} // namespace wasmind::mindir::ops
