//===- ScatterNd.cpp - ScatterNd(indices [..., K], updates, shape: tuple): zeros with updates added ---------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ScatterNd(Node &node) {
  Value indices = toIndices(node, node.tensor(0)), updates = node.tensor(1);
  Extents shape = node.extents("shape", 2);
  if (node.failed())
    return {};
  Value zeros = node.compose.splat(shape, node.element(updates), 0);
  return node.compose.scatterNd(ScatterKind::Add, zeros, indices, updates);
}

} // namespace wasmind::mindir::ops
