//===- DiagExt.cpp - DiagExt(x, diagonal): x [n] as a diagonal of a matrix, or the diagonal of a matrix x --------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand DiagExt(Node &node) {
  Value x = node.tensor(0);
  const int64_t offset = node.integer("diagonal", 1, 0);
  if (node.failed())
    return {};
  if (node.rank(x) == 2)
    return diagonal(node, x, offset, 0, 1);
  if (!node.expectRank(x, 1, "input 0") || offset < -graph::extentLimit || offset > graph::extentLimit)
    return node.fail("diagonal " + llvm::Twine(offset) + " is out of range");
  Compose &b = node.compose;
  const AffineExpr side = b.extentsOf(x)[0] + std::abs(offset), one = b.getAffineConstantExpr(1);
  // Element [i, i + offset] is x[i], or x[i + offset] where the offset is negative.
  Value row = b.padConstant(x, b.scalar(node.element(x), 0), {b.getAffineConstantExpr(std::max<int64_t>(offset, 0))},
                            {b.getAffineConstantExpr(std::max<int64_t>(-offset, 0))});
  auto places = [&](int64_t dim) -> Value {
    Extents line(2, one);
    line[dim] = side;
    return graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(line, b.getI64Type()), dim);
  };
  Value distance = b.sub(places(1), places(0));
  row = b.reshape(row, {one, side});
  return b.select(b.compare(CompareKind::Equal, distance, b.scalarLike(distance, double(offset))), row,
                  b.scalarLike(row, 0));
}

} // namespace wasmind::mindir::ops
