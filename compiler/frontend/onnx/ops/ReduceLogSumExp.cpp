#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceLogSumExp) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  Compose &compose = node.compose();
  Type element = compose.elementOf(reduction->x);
  Value x = isFloat(node, reduction->x) ? reduction->x : compose.cast(reduction->x, compose.getF64Type());
  Value result = reduceBy(node, *reduction, x, [&](Value x, const Integers &dims, bool keepDims) {
    return compose.logSumExp(x, dims, keepDims);
  });
  return result ? compose.cast(result, element) : result;
}
