//===- MaskedSelect.cpp - MaskedSelect(x, mask): the elements of x where the mask, broadcast with it, is true -----===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MaskedSelect(Node &node) {
  Value x = node.tensor(0), mask = node.tensor(1);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  x = b.select(mask, x, b.scalarLike(x, 0)); // broadcast
  mask = x ? b.broadcastTo(mask, b.extentsOf(x)) : Value();
  Value places = mask ? b.positionsOf(mask, node.nameOfExtent(0)) : Value();
  if (!places || node.failed())
    return {};
  return b.gather(b.reshape(x, {graph::productOf(b.extentsOf(x), b.getContext())}), places, 0);
}

} // namespace wasmind::mindir::ops
