//===- Norm.cpp - Norm(x, p, dim, keepdim, dtype): the p-norm ---------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Norm(Node &node) {
  const double order = node.number("p", 1, 2);
  const Reduction parts = normReductionOf(node);
  return node.failed() ? Value() : norm(node, parts.x, order, parts.dims, parts.keepDims);
}

} // namespace wasmind::mindir::ops
