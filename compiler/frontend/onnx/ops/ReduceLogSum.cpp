#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceLogSum) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  Compose &compose = node.compose();
  Type element = compose.elementOf(reduction->x);
  Value x = isFloat(node, reduction->x) ? reduction->x : compose.cast(reduction->x, compose.getF64Type());
  Value log = compose.unary(UnaryKind::Log, reduceTo(node, *reduction, ReduceKind::Sum, x));
  return log ? compose.cast(log, element) : log;
}
