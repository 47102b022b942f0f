#include "compiler/frontend/onnx/Elementwise.h"
#include <limits>

WASMIND_ONNX_OPERATOR(ReduceLogSumExp) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  Compose &compose = node.compose();
  Type element = compose.elementOf(reduction->x);
  Value x = isFloat(node, reduction->x) ? reduction->x : compose.cast(reduction->x, compose.getF64Type());
  // log(sum(exp(x))) = m + log(sum(exp(x - m))); m is kept finite, so that rows of -inf give -inf.
  const double lowest = compose.elementOf(x).isF16() ? -65504.0 : std::numeric_limits<float>::lowest();
  Value result = reduceBy(node, *reduction, x, [&](Value x, const Integers &dims, bool keepDims) {
    Value highest = compose.reduce(ReduceKind::Max, x, dims, true);
    highest = compose.maximum(highest, compose.scalarLike(highest, lowest));
    Value sum = compose.reduce(ReduceKind::Sum, compose.unary(UnaryKind::Exp, compose.sub(x, highest)), dims, true);
    Value logarithm = compose.add(compose.unary(UnaryKind::Log, sum), highest);
    return keepDims ? logarithm : compose.squeeze(logarithm, dims);
  });
  return result ? compose.cast(result, element) : result;
}
