//===- MatrixBandPart.cpp ---------------------------------------------------------------------------------------===//
//
// MatrixBandPart(x [..., M, N], lower, upper): zeros off the band of so many diagonals; negative: all of them
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MatrixBandPart(Node &node) {
  Value x = node.tensor(0);
  if (node.failed() || node.rank(x) < 2)
    return node.fail("x is no matrix");
  Compose &b = node.compose;
  Value lower = node.amount("lower", 1), upper = node.amount("upper", 2);
  if (node.failed())
    return {};
  const int64_t rank = node.rank(x);
  const AffineExpr one = b.getAffineConstantExpr(1);
  const Extents extents = b.extentsOf(x);
  auto places = [&](int64_t dim) -> Value {
    Extents line{one, one};
    line[dim] = extents[rank - 2 + dim];
    return graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(line, b.getI64Type()), dim);
  };
  Value below = b.sub(places(0), places(1)), zero = b.scalar(b.getI64Type(), 0);
  // Whether elements so far away from the main diagonal belong to a band of `count`.
  auto inside = [&](Value distance, Value count) {
    return b.binary(BinaryKind::Or, b.compare(CompareKind::LessEqual, distance, count),
                    b.compare(CompareKind::Less, count, zero));
  };
  Value isIn = b.binary(BinaryKind::And, inside(below, lower), inside(b.unary(UnaryKind::Neg, below), upper));
  return b.select(isIn, x, b.scalarLike(x, 0));
}

} // namespace wasmind::mindir::ops
