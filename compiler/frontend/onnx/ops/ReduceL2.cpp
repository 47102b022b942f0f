#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceL2) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  Compose &compose = node.compose();
  Type element = compose.elementOf(reduction->x);
  Value x = isFloat(node, reduction->x) ? reduction->x : compose.cast(reduction->x, compose.getF64Type());
  Value norm = compose.unary(UnaryKind::Sqrt, reduceTo(node, *reduction, ReduceKind::Sum, compose.mul(x, x)));
  return norm ? compose.cast(norm, element) : norm;
}
