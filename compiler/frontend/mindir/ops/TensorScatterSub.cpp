//===- TensorScatterSub.cpp - TensorScatterSub(x, indices [..., K], updates) ------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand TensorScatterSub(Node &node) {
  Value x = node.tensor(0), indices = toIndices(node, node.tensor(1)), updates = node.tensor(2);
  Compose &b = node.compose;
  return node.failed() ? Value() : b.scatterNd(ScatterKind::Add, x, indices, b.unary(UnaryKind::Neg, updates));
}

} // namespace wasmind::mindir::ops
