#include "compiler/frontend/onnx/Operator.h"

// Keeps the upper or lower triangle of the last two dimensions, from diagonal k on; the rest is 0.
WASMIND_ONNX_OPERATOR(Trilu) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  if (rank < 2)
    return node.fail("the input must have rank 2 or more");
  auto k = node.hasInput(1) ? node.constantInteger(1, "k") : std::optional<int64_t>(0);
  if (!k)
    return Failure();
  auto positions = [&](int64_t dim) -> Value {
    Extents line(rank, compose.getAffineConstantExpr(1));
    line[dim] = compose.extentsOf(x)[dim];
    return graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(line, compose.getI64Type()), dim);
  };
  Value row = positions(rank - 2), column = positions(rank - 1);
  Value diagonal = compose.add(row, compose.scalarLike(row, *k));
  Value kept =
      compose.compare(node.flag("upper", true) ? CompareKind::GreaterEqual : CompareKind::LessEqual, column, diagonal);
  return compose.select(kept, x, compose.scalarLike(x, 0));
}
