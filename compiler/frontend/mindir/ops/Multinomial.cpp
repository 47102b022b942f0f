//===- Multinomial.cpp --------------------------------------------------------------------------------------------===//
//
// Multinomial(weights [rows, classes] or [classes], count): classes, drawn with replacement
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Multinomial(Node &node) {
  Value weights = node.tensor(0);
  Extents count = node.extents("num_samples", 1);
  Type type = node.declaredElement() ? node.declaredElement() : node.compose.getI32Type();
  if (node.failed() || count.size() != 1)
    return node.fail("takes one number of samples");
  Value classes = drawClasses(node, weights, count.front(), [&](const Extents &shape) { return draw(node, shape); });
  return node.failed() ? Value() : node.compose.cast(classes, type);
}

} // namespace wasmind::mindir::ops
