#include "compiler/frontend/onnx/Operator.h"

// Rows divided by their largest element (MAX), L1 or L2 norm; rows of norm 0 stay.
WASMIND_ONNX_OPERATOR(ml_Normalizer) {
  Compose &compose = node.compose();
  Value x = compose.cast(node.input(0), compose.getF32Type());
  if (node.rank(x) < 1)
    return node.fail("the input has no rows");
  const std::string name = node.string("norm", "MAX");
  Value norm;
  if (name == "MAX")
    norm = compose.reduce(ReduceKind::Max, x, {-1}, /*keepDims=*/true);
  else if (name == "L1")
    norm = compose.reduce(ReduceKind::Sum, compose.unary(UnaryKind::Abs, x), {-1}, /*keepDims=*/true);
  else if (name == "L2")
    norm = compose.unary(UnaryKind::Sqrt, compose.reduce(ReduceKind::Sum, compose.mul(x, x), {-1}, /*keepDims=*/true));
  else
    return node.fail("attribute 'norm' = '" + name + "' is not one of MAX, L1, L2");
  Value isZero = compose.compare(CompareKind::Equal, norm, compose.scalarLike(norm, 0));
  return compose.div(x, compose.select(isZero, compose.scalarLike(norm, 1), norm));
}
