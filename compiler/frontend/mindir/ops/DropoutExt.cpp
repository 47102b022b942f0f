//===- DropoutExt.cpp - DropoutExt(x, p, seed, offset): (x with elements dropped, mask of bits) -------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand DropoutExt(Node &node) {
  Value x = node.tensor(0);
  if (node.failed())
    return {};
  return Operand::tuple({dropByGenerator(node, shapeOf(node, x), 2),
                         Operand::unavailable("the mask of bits that gradients of a dropout read")});
}

} // namespace wasmind::mindir::ops
