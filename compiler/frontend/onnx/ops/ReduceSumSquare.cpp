#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceSumSquare) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  return reduceTo(node, *reduction, ReduceKind::Sum, node.compose().mul(reduction->x, reduction->x));
}
