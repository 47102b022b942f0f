//===- Dot.cpp - Dot(a, b): product with a vector -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Dot(Node &node) {
  Value a = node.tensor(0), b = node.tensor(1);
  return product(node, a, b);
}

} // namespace wasmind::mindir::ops
