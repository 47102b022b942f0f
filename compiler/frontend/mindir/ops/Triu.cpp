//===- Triu.cpp - Triu(x, diagonal): the upper triangle, the rest 0 -----------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Triu(Node &node) {
  Value x = node.tensor(0);
  int64_t diagonal = node.integer("diagonal", 1, 0);
  return node.failed() ? Value() : triangle(node, x, diagonal, /*upper=*/true);
}

} // namespace wasmind::mindir::ops
