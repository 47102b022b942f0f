//===- ScatterAddWithAxis.cpp -----------------------------------------------------------------------------------===//
//
// ScatterAddWithAxis(x, indices, updates), attribute axis: x plus the updates at these places
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ScatterAddWithAxis(Node &node) {
  Value x = node.tensor(0), indices = toIndices(node, node.tensor(1)), updates = node.tensor(2);
  const int64_t axis = node.axis(node.integer("axis", Node::none, 0), node.rank(x));
  return node.failed() ? Value() : node.compose.scatterElements(ScatterKind::Add, x, indices, updates, axis);
}

} // namespace wasmind::mindir::ops
