//===- InplaceAdd.cpp - InplaceAdd(x, v), attribute indices: x with the rows of v added at these places ----------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand InplaceAdd(Node &node) {
  Value indices = graph::makeIntegers(node.compose, node.compose.getLoc(), node.integers("indices", Node::none));
  return changeSlices(node, ScatterKind::Add, node.tensor(0), indices, node.tensor(1), 0, 1);
}

} // namespace wasmind::mindir::ops
