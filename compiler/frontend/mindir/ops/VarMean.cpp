//===- VarMean.cpp - VarMean(x, dim, correction, keepdim): variance and mean ------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand VarMean(Node &node) {
  Reduction parts = reductionOf(node, Type(), /*keepDimsAt=*/3);
  const int64_t correction = node.integer("correction", 2, 1);
  if (node.failed())
    return {};
  Value mean = node.compose.mean(parts.x, parts.dims, parts.keepDims);
  return Operand::tuple({deviation(node, parts, correction, /*squareRoot=*/false), mean});
}

} // namespace wasmind::mindir::ops
