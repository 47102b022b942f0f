#include "compiler/frontend/onnx/Operator.h"

// x divided by its L1 or L2 norm along an axis; rows of norm 0 stay 0.
WASMIND_ONNX_OPERATOR(LpNormalization) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t p = node.integer("p", 2);
  auto dim = node.axisAttribute("axis", -1, node.rank(x));
  if (!dim)
    return Failure();
  if (p != 1 && p != 2)
    return node.fail("attribute 'p' = " + llvm::Twine(p) + " is neither 1 nor 2");
  Value powers = p == 1 ? compose.unary(UnaryKind::Abs, x) : compose.mul(x, x);
  Value norm = compose.reduce(ReduceKind::Sum, powers, {*dim}, /*keepDims=*/true);
  norm = p == 1 ? norm : compose.unary(UnaryKind::Sqrt, norm);
  Value isZero = compose.compare(CompareKind::Equal, norm, compose.scalarLike(norm, 0));
  return compose.div(x, compose.select(isZero, compose.scalarLike(norm, 1), norm));
}
