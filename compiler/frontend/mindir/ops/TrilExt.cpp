//===- TrilExt.cpp - TrilExt(x, diagonal): the lower triangle, the rest 0 -----------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand TrilExt(Node &node) {
  Value x = node.tensor(0);
  int64_t diagonal = node.integer("diagonal", 1, 0);
  return node.failed() ? Value() : triangle(node, x, diagonal, /*upper=*/false);
}

} // namespace wasmind::mindir::ops
