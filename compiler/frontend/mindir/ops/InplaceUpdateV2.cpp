//===- InplaceUpdateV2.cpp - InplaceUpdateV2(x, indices, v): x with the rows of v at these places ----------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand InplaceUpdateV2(Node &node) {
  Value indices = node.tensor(1);
  return changeSlices(node, ScatterKind::Set, node.tensor(0), indices, node.tensor(2), 0, 1);
}

} // namespace wasmind::mindir::ops
