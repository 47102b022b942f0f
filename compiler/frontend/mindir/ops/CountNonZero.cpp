//===- CountNonZero.cpp - CountNonZero(x, dims): how many elements are not 0 ------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand CountNonZero(Node &node) {
  Reduction parts = reductionOf(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value is = b.cast(b.compare(CompareKind::NotEqual, parts.x, b.scalarLike(parts.x, 0)), b.getI64Type());
  Value count = b.reduce(ReduceKind::Sum, is, parts.dims, parts.keepDims);
  return count && node.declaredElement() ? b.cast(count, node.declaredElement()) : count;
}

} // namespace wasmind::mindir::ops
