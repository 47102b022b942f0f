//===- LogSumExp.cpp - LogSumExp(x, dim: tuple, keepdim) ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand LogSumExp(Node &node) {
  Reduction parts = extReductionOf(node);
  if (node.failed())
    return {};
  // The largest element is taken out, so that no exponential overflows.
  Compose &b = node.compose;
  Value largest = b.reduce(ReduceKind::Max, parts.x, parts.dims, /*keepDims=*/true);
  Value sum = b.reduce(ReduceKind::Sum, b.unary(UnaryKind::Exp, b.sub(parts.x, largest)), parts.dims, parts.keepDims);
  return b.add(b.unary(UnaryKind::Log, sum), parts.keepDims ? largest : b.squeeze(largest, parts.dims));
}

} // namespace wasmind::mindir::ops
