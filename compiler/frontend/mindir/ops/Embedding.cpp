//===- Embedding.cpp - Embedding(indices, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq) -----------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Embedding(Node &node) {
  if (node.has(3))
    return node.fail("max_norm is not supported; normalise the table before export");
  Value indices = toIndices(node, node.tensor(0)), table = node.tensor(1);
  expectIndices(node, indices, table, 0);
  return node.failed() ? Value() : node.compose.gather(table, indices, 0);
}

} // namespace wasmind::mindir::ops
