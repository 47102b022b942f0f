//===- TensorScatterDiv.cpp - TensorScatterDiv(x, indices [..., K], updates), of floats --------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand TensorScatterDiv(Node &node) {
  Value x = node.tensor(0), indices = toIndices(node, node.tensor(1)), updates = node.tensor(2);
  if (!node.failed() && !node.isFloat(x))
    return node.fail("integers are divided one after another, which is not supported; cast x to a float");
  // An element that is divided several times is multiplied with the product of the reciprocals.
  return node.failed()
             ? Value()
             : node.compose.scatterNd(ScatterKind::Mul, x, indices, node.compose.unary(UnaryKind::Reciprocal, updates));
}

} // namespace wasmind::mindir::ops
