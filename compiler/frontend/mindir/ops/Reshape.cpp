//===- Reshape.cpp - Reshape(x, shape: tuple), one entry may be -1 ------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Reshape(Node &node) {
  Value x = node.tensor(0);
  Extents shape = node.extents("shape", 1);
  if (node.failed())
    return {};
  return reshapeTo(node, x, shape);
}

} // namespace wasmind::mindir::ops
