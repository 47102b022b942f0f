//===- TensorScatterElements.cpp - TensorScatterElements(x, indices, updates, axis, reduce) -----------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand TensorScatterElements(Node &node) {
  Value x = node.tensor(0), indices = toIndices(node, node.tensor(1)), updates = node.tensor(2);
  int64_t axis = node.axis(node.integer("axis", 3, 0), node.rank(x));
  bool adds = false;
  if (auto kind = node.parameter("reduction", 4); kind && kind->is(Operand::Kind::Text))
    adds = kind->string == "add";
  else
    adds = node.integer("reduction", 4, 0) == 1;
  return node.failed()
             ? Value()
             : node.compose.scatterElements(adds ? ScatterKind::Add : ScatterKind::Set, x, indices, updates, axis);
}

} // namespace wasmind::mindir::ops
