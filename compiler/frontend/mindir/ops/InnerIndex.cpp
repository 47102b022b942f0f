//===- InnerIndex.cpp - InnerIndex(x, indices: tuple): the elements at these places of the first dimensions ------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand InnerIndex(Node &node) {
  Value x = node.tensor(0), places = placesOf(node, x, 1);
  return node.failed() || !places ? Value() : node.compose.gatherNd(x, places, 0);
}

} // namespace wasmind::mindir::ops
