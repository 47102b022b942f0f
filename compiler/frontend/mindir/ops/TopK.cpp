//===- TopK.cpp - TopK(x, k): values and int32 indices along the last dimension, sorted ---------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand TopK(Node &node) {
  Value x = node.tensor(0);
  return topAlong(node, x, node.amount("k", 1), node.rank(x) - 1, /*smallest=*/false, node.compose.getI32Type());
}

} // namespace wasmind::mindir::ops
