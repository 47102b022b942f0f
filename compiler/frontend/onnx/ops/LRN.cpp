#include "compiler/frontend/onnx/Operator.h"

// x / (bias + alpha / size * sum of squares over `size` neighbouring channels)^beta.
WASMIND_ONNX_OPERATOR(LRN) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x), size = node.integer("size");
  if (rank < 2 || size < 1 || size > INT32_MAX)
    return node.fail("an input of rank " + llvm::Twine(rank) + " and windows of " + llvm::Twine(size) + " channels");
  Integers ones(rank, 1), sizes(rank, 1), low(rank, 0), high(rank, 0);
  sizes[1] = size;
  low[1] = (size - 1) / 2;
  high[1] = size - 1 - low[1];
  Value sum = graph::WindowOp::create(compose, compose.getLoc(), ReduceKind::Sum, compose.mul(x, x), sizes, ones, low,
                                      high, ones);
  Value scaled = compose.mul(sum, compose.scalarLike(x, node.real("alpha", 0.0001f) / double(size)));
  Value base = compose.add(scaled, compose.scalarLike(x, node.real("bias", 1.0)));
  return compose.div(x, compose.binary(BinaryKind::Pow, base, compose.scalarLike(x, node.real("beta", 0.75))));
}
