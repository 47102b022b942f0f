//===- TensorScatterAdd.cpp - TensorScatterAdd(x, indices [..., K], updates) --------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand TensorScatterAdd(Node &node) {
  Value x = node.tensor(0), indices = toIndices(node, node.tensor(1)), updates = node.tensor(2);
  return node.failed() ? Value() : node.compose.scatterNd(ScatterKind::Add, x, indices, updates);
}

} // namespace wasmind::mindir::ops
