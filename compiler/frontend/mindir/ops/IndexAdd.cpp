//===- IndexAdd.cpp ---------------------------------------------------------------------------------------------===//
//
// IndexAdd(x, indices [n], y), attribute axis: x with the slices of y added at these places
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand IndexAdd(Node &node) {
  const int64_t axis = node.integer("axis", Node::none);
  return changeSlices(node, ScatterKind::Add, node.tensor(0), node.tensor(1), node.tensor(2), axis, 1);
}

} // namespace wasmind::mindir::ops
