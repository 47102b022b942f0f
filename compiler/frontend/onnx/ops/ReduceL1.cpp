#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceL1) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  return reduceTo(node, *reduction, ReduceKind::Sum, node.compose().unary(UnaryKind::Abs, reduction->x));
}
