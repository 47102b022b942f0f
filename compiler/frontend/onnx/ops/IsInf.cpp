#include "compiler/frontend/onnx/Operator.h"
#include <limits>

WASMIND_ONNX_OPERATOR(IsInf) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const bool positive = node.flag("detect_positive", true), negative = node.flag("detect_negative", true);
  if (positive && negative)
    return compose.compare(CompareKind::Equal, compose.unary(UnaryKind::Abs, x), compose.scalarLike(x, infinity));
  if (positive || negative)
    return compose.compare(CompareKind::Equal, x, compose.scalarLike(x, positive ? infinity : -infinity));
  return compose.splat(compose.extentsOf(x), compose.getI1Type(), 0.0);
}
