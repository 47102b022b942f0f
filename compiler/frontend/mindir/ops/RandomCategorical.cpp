//===- RandomCategorical.cpp - RandomCategorical(logits [rows, classes], count, seed): classes --------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandomCategorical(Node &node) {
  Value logits = node.tensor(0);
  Extents count = node.extents("num_sample", 1);
  Type type = node.declaredElement() ? node.declaredElement() : node.compose.getI64Type();
  if (node.failed() || count.size() != 1)
    return node.fail("takes one number of samples");
  Compose &b = node.compose;
  logits = node.element(logits).isF64() ? logits : b.cast(logits, b.getF32Type());
  Value classes = drawClasses(node, b.softmax(logits, {-1}), count.front(),
                              [&](const Extents &shape) { return draw(node, shape, "seed", "seed2", 2); });
  return node.failed() ? Value() : b.cast(classes, type);
}

} // namespace wasmind::mindir::ops
