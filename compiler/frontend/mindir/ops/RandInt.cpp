//===- RandInt.cpp - RandInt(low, high, shape, seed, offset, dtype): numbers in [low, high) -----------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandInt(Node &node) {
  Value low = node.tensor(0), high = node.tensor(1);
  Extents shape = node.extents("shape", 2);
  Type type = node.dtype("dtype", 5);
  return drawIntegers(node, shape, low, high, 3, type ? type : node.declaredElement());
}

} // namespace wasmind::mindir::ops
