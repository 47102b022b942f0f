//===- TraceV2.cpp - TraceV2(x, offset, axis1, axis2, dtype): the sum of a diagonal ------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand TraceV2(Node &node) {
  Value x = node.tensor(0);
  const int64_t offset = node.integer("offset", 1, 0), rows = node.integer("axis1", 2, 1),
                columns = node.integer("axis2", 3, 0);
  Type type = node.dtype("dtype", 4);
  if (!type)
    type = node.declaredElement();
  Value line = node.failed() ? Value() : diagonal(node, x, offset, rows, columns);
  if (!line || node.failed())
    return {};
  return node.compose.reduce(ReduceKind::Sum, type ? node.compose.cast(line, type) : line, {node.rank(line) - 1},
                             /*keepDims=*/false);
}

} // namespace wasmind::mindir::ops
