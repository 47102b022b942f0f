//===- Reshape.cpp - Reshape(x, shape: tuple), one entry may be -1 ------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Reshape(Node &node) {
  Value x = node.tensor(0);
  return reshapeTo(node, x, node.amounts("shape", 1));
}

} // namespace wasmind::mindir::ops
