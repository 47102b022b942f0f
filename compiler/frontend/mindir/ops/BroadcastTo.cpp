//===- BroadcastTo.cpp - BroadcastTo(x, shape: tuple), -1 keeps an extent -----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand BroadcastTo(Node &node) {
  Value x = node.tensor(0);
  Extents shape = node.extents("shape", 1);
  if (node.failed())
    return {};
  Extents own = node.compose.extentsOf(x);
  for (size_t i = 0; i < std::min(own.size(), shape.size()); ++i)
    if (AffineExpr &target = shape[shape.size() - 1 - i]; graph::constantOf(target) == -1)
      target = own[own.size() - 1 - i];
  return node.compose.broadcastTo(x, shape);
}

} // namespace wasmind::mindir::ops
