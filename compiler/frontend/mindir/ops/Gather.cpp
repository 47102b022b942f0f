//===- Gather.cpp - Gather(params, indices, axis, batch_dims) -----------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Gather(Node &node) {
  Value data = node.tensor(0), indices = toIndices(node, node.tensor(1));
  int64_t axis = node.axis(node.integer("axis", 2, 0), node.rank(data));
  int64_t batchDims = node.integer("batch_dims", 3, 0);
  if (batchDims < 0)
    batchDims += node.rank(indices);
  if (!node.failed() && (batchDims < 0 || batchDims > std::min(axis, node.rank(indices))))
    return node.fail("batch_dims is out of range");
  expectIndices(node, indices, data, axis);
  return node.failed() ? Value() : node.compose.gather(data, indices, axis, batchDims);
}

} // namespace wasmind::mindir::ops
