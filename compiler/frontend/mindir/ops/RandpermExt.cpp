//===- RandpermExt.cpp - RandpermExt(n, seed, offset, dtype): 0..n-1 in random order ------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandpermExt(Node &node) {
  Extents count = node.extents("n", 0);
  Type type = node.dtype("dtype", 3);
  graph::Draw drawn = drawOfGenerator(node, count, 1);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getI64Type();
  return node.failed() ? Value() : node.compose.cast(drawn.permutation(), type);
}

} // namespace wasmind::mindir::ops
