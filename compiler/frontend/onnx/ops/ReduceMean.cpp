#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceMean) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  return reduceBy(node, *reduction, reduction->x,
                  [&](Value x, const Integers &dims, bool keepDims) { return node.compose().mean(x, dims, keepDims); });
}
