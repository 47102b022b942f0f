//===- Dropout.cpp - Dropout(x, keep_prob, seed0, seed1): (x with elements dropped, mask) -------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Dropout(Node &node) {
  Value x = node.tensor(0);
  const double keep = node.number("keep_prob", 1, 0.5);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Extents shape = shapeOf(node, x);
  Operand result = dropOut(node, shape, [&] { return draw(node, shape, "Seed0", "Seed1", 2); }, x, keep);
  if (node.failed())
    return {};
  return Operand::tuple({result.elements()[0], b.cast(result.elements()[1].tensor, node.element(x))});
}

} // namespace wasmind::mindir::ops
