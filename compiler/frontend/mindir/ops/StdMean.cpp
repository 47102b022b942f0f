//===- StdMean.cpp - StdMean(x, dim, correction, keepdim): standard deviation and mean --------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand StdMean(Node &node) {
  Reduction parts = reductionOf(node, Type(), /*keepDimsAt=*/3);
  const int64_t correction = node.integer("correction", 2, 1);
  if (node.failed())
    return {};
  Value mean = node.compose.mean(parts.x, parts.dims, parts.keepDims);
  return Operand::tuple({deviation(node, parts, correction, /*squareRoot=*/true), mean});
}

} // namespace wasmind::mindir::ops
