//===- GatherNd.cpp - GatherNd(x, indices [..., K]) ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand GatherNd(Node &node) {
  Value x = node.tensor(0), indices = toIndices(node, node.tensor(1));
  expectElements(node, x);
  return node.failed() ? Value() : node.compose.gatherNd(x, indices, 0);
}

} // namespace wasmind::mindir::ops
