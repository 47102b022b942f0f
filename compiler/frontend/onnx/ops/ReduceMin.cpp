#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceMin) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  return reduceTo(node, *reduction, ReduceKind::Min, reduction->x);
}
