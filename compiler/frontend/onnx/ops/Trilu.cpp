#include "compiler/frontend/onnx/Operator.h"

// Keeps the upper or lower triangle of the last two dimensions, from diagonal k on; the rest is 0.
WASMIND_ONNX_OPERATOR(Trilu) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  if (rank < 2)
    return node.fail("the input must have rank 2 or more");
  Value k = node.hasInput(1) ? compose.reshape(compose.cast(node.input(1), compose.getI64Type()), Integers())
                             : compose.scalar(compose.getI64Type(), 0);
  if (!k)
    return node.fail("k must be one number");
  auto positions = [&](int64_t dim) -> Value {
    Extents line(rank, compose.getAffineConstantExpr(1));
    line[dim] = compose.extentsOf(x)[dim];
    return graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(line, compose.getI64Type()), dim);
  };
  Value row = positions(rank - 2), column = positions(rank - 1);
  // No diagonal is further away than the largest extent, and none so far that a position overflows.
  k = compose.minimum(compose.maximum(k, compose.scalar(compose.getI64Type(), -double(graph::extentLimit))),
                      compose.scalar(compose.getI64Type(), double(graph::extentLimit)));
  Value diagonal = compose.add(row, k);
  Value kept =
      compose.compare(node.flag("upper", true) ? CompareKind::GreaterEqual : CompareKind::LessEqual, column, diagonal);
  return compose.select(kept, x, compose.scalarLike(x, 0));
}
