#include "compiler/frontend/onnx/Operator.h"

// Ones on diagonal k of a matrix of the input's shape.
WASMIND_ONNX_OPERATOR(EyeLike) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  if (node.rank(x) != 2)
    return node.fail("the input must have rank 2");
  auto element = node.has("dtype") ? node.elementType(node.integer("dtype")) : std::optional(compose.elementOf(x));
  if (!element)
    return Failure();
  auto positions = [&](int64_t dim) -> Value {
    Extents line(2, compose.getAffineConstantExpr(1));
    line[dim] = compose.extentsOf(x)[dim];
    return graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(line, compose.getI64Type()), dim);
  };
  Value row = positions(0);
  Value diagonal = compose.add(row, compose.scalarLike(row, node.integer("k", 0)));
  return compose.cast(compose.compare(CompareKind::Equal, positions(1), diagonal), *element);
}
