//===- InplaceSub.cpp - InplaceSub(x, v), attribute indices: x less the rows of v at these places ----------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand InplaceSub(Node &node) {
  Value indices = graph::makeIntegers(node.compose, node.compose.getLoc(), node.integers("indices", Node::none));
  return changeSlices(node, ScatterKind::Add, node.tensor(0), indices, node.tensor(1), 0, -1);
}

} // namespace wasmind::mindir::ops
