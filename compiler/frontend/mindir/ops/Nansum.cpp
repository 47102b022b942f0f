//===- Nansum.cpp - Nansum(x, dim, keepdim, dtype): the sum of what is not NaN ----------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Nansum(Node &node) {
  Reduction parts = extReductionOf(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  if (node.isFloat(parts.x))
    parts.x = b.select(b.unary(UnaryKind::IsNaN, parts.x), b.scalarLike(parts.x, 0), parts.x);
  return reduce(node, ReduceKind::Sum, parts);
}

} // namespace wasmind::mindir::ops
