#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceProd) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  return reduceTo(node, *reduction, ReduceKind::Prod, reduction->x);
}
