//===- LogSumExp.cpp - LogSumExp(x, dim: tuple, keepdim) ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand LogSumExp(Node &node) {
  Reduction parts = extReductionOf(node);
  if (node.failed())
    return {};
  return node.compose.logSumExp(parts.x, parts.dims, parts.keepDims);
}

} // namespace wasmind::mindir::ops
