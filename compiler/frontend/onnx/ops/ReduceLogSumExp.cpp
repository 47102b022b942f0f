#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceLogSumExp) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  Compose &compose = node.compose();
  Type element = compose.elementOf(reduction->x);
  Value x = isFloat(node, reduction->x) ? reduction->x : compose.cast(reduction->x, compose.getF64Type());
  // log(sum(exp(x))) = m + log(sum(exp(x - m))); m is kept finite, so that rows with infinities give infinities.
  const auto real = mlir::cast<mlir::FloatType>(compose.elementOf(x));
  const double limit = llvm::APFloat::getLargest(real.getFloatSemantics()).convertToDouble();
  Value result = reduceBy(node, *reduction, x, [&](Value x, const Integers &dims, bool keepDims) {
    Value highest = compose.reduce(ReduceKind::Max, x, dims, true);
    highest = compose.maximum(highest, compose.scalarLike(highest, -limit));
    highest = compose.minimum(highest, compose.scalarLike(highest, limit));
    Value sum = compose.reduce(ReduceKind::Sum, compose.unary(UnaryKind::Exp, compose.sub(x, highest)), dims, true);
    Value logarithm = compose.add(compose.unary(UnaryKind::Log, sum), highest);
    return keepDims ? logarithm : compose.squeeze(logarithm, dims);
  });
  return result ? compose.cast(result, element) : result;
}
