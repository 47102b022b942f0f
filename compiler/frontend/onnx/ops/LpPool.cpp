#include "compiler/frontend/onnx/Windows.h"

// (sum |x|^p)^(1/p) over windows.
WASMIND_ONNX_OPERATOR(LpPool) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  auto pool = poolOf(node, x);
  if (!pool)
    return Failure();
  const double p = node.opset() < 2 ? node.real("p", 2.0) : double(node.integer("p", 2));
  auto perDimension = [](int64_t outer, llvm::ArrayRef<int64_t> spatial) {
    Integers all{outer, outer};
    all.append(spatial.begin(), spatial.end());
    return all;
  };
  const Compose::Window &window = pool->window;
  Value powers = compose.binary(BinaryKind::Pow, compose.unary(UnaryKind::Abs, x), compose.scalarLike(x, p));
  Value sum = graph::WindowOp::create(compose, compose.getLoc(), ReduceKind::Sum, powers, perDimension(1, pool->kernel),
                                      perDimension(1, window.strides), perDimension(0, window.padLow),
                                      perDimension(0, window.padHigh), perDimension(1, window.dilations));
  return compose.binary(BinaryKind::Pow, sum, compose.scalarLike(sum, 1 / p));
}
