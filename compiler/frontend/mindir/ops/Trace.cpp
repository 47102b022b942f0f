//===- Trace.cpp - Trace(x [N, M]): the sum of the diagonal ------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Trace(Node &node) {
  Value x = node.tensor(0);
  if (!node.expectRank(x, 2, "input 0"))
    return {};
  Value line = diagonal(node, x, 0, 0, 1);
  if (line && node.declaredElement())
    line = node.compose.cast(line, node.declaredElement());
  return line ? node.compose.reduce(ReduceKind::Sum, line, {0}, /*keepDims=*/false) : Value();
}

} // namespace wasmind::mindir::ops
