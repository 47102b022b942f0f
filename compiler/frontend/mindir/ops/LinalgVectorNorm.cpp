//===- LinalgVectorNorm.cpp - LinalgVectorNorm(x, ord, dim, keepdim, dtype): the ord-norm -----------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand LinalgVectorNorm(Node &node) {
  const double order = node.number("ord", 1, 2);
  const Reduction parts = normReductionOf(node);
  return node.failed() ? Value() : norm(node, parts.x, order, parts.dims, parts.keepDims);
}

} // namespace wasmind::mindir::ops
