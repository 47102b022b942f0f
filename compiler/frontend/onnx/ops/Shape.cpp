#include "compiler/frontend/onnx/Operator.h"

// The extents of dimensions start to end - 1 (attributes since opset 15), as int64.
WASMIND_ONNX_OPERATOR(Shape) {
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const int64_t start = clamp(node.integer("start", 0)), end = clamp(node.integer("end", rank));
  Compose &compose = node.compose();
  Value shape = compose.shapeOf(x);
  if (start == 0 && end == rank)
    return shape;
  auto constant = [&](int64_t value) { return compose.getAffineConstantExpr(value); };
  return compose.sliceDim(shape, 0, constant(start), constant(std::max<int64_t>(end - start, 0)));
}
