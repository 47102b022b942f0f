#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceSum) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  return reduceTo(node, *reduction, ReduceKind::Sum, reduction->x);
}
