//===- RandIntLike.cpp --------------------------------------------------------------------------------------------===//
//
// RandIntLike(x, low, high, seed, offset, dtype): numbers in [low, high) of the shape of x
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandIntLike(Node &node) {
  Value x = node.tensor(0), low = node.tensor(1), high = node.tensor(2);
  Type type = node.dtype("dtype", 5);
  if (node.failed())
    return {};
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.element(x);
  return drawIntegers(node, shapeOf(node, x), low, high, 3, type);
}

} // namespace wasmind::mindir::ops
