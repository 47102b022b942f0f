//===- Var.cpp - Var(x, dim: tuple or None, correction, keepdim) --------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Var(Node &node) {
  Reduction parts = reductionOf(node, Type(), /*keepDimsAt=*/3);
  int64_t correction = node.integer("correction", 2, 1);
  return node.failed() ? Value() : deviation(node, parts, correction, false);
}

} // namespace wasmind::mindir::ops
