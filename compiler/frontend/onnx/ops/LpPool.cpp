#include "compiler/frontend/onnx/Windows.h"

// (sum |x|^p)^(1/p) over windows.
WASMIND_ONNX_OPERATOR(LpPool) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  auto pool = poolOf(node, x);
  if (!pool)
    return Failure();
  const double p = node.opset() < 2 ? node.real("p", 2.0) : double(node.integer("p", 2));
  Value powers = compose.binary(BinaryKind::Pow, compose.unary(UnaryKind::Abs, x), compose.scalarLike(x, p));
  Value sum = compose.sumPool(powers, pool->kernel, roundedWindow(node, x, *pool));
  return sum ? compose.binary(BinaryKind::Pow, sum, compose.scalarLike(sum, 1 / p)) : sum;
}
