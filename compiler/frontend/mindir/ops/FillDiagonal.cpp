//===- FillDiagonal.cpp -----------------------------------------------------------------------------------------===//
//
// FillDiagonal(x), attributes fill_value, wrap: x with a number on the main diagonal of all its dimensions
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

// `wrap` starts the diagonal of a tall matrix again one row below its end.
Operand FillDiagonal(Node &node) {
  Value x = node.tensor(0);
  const double value = node.number("fill_value", Node::none);
  const bool wraps = node.flag("wrap", Node::none, false);
  if (node.failed())
    return {};
  const Integers extents = node.staticExtents(x, "a diagonal of all dimensions");
  if (node.failed())
    return {};
  if (extents.size() < 2 || (extents.size() > 2 && !llvm::all_equal(extents)))
    return node.fail("x must be a matrix, or have equal extents");
  Compose &b = node.compose;
  int64_t count = 1, step = 0, end = 0;
  for (int64_t extent : extents)
    count *= extent;
  int64_t stride = count;
  for (int64_t extent : extents) {
    stride = extent ? stride / extent : 0;
    step += stride;
  }
  // The diagonal ends with the matrix's square at its top, unless it wraps.
  end = wraps || extents.size() > 2 ? count : std::min(count, extents[1] * extents[1]);
  if (count == 0)
    return x;
  const Extents flat{b.getAffineConstantExpr(count)};
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(flat, b.getI64Type()), 0);
  Value isDiagonal =
      b.compare(CompareKind::Equal, b.binary(BinaryKind::Rem, places, b.scalarLike(places, double(step))),
                b.scalarLike(places, 0));
  isDiagonal =
      b.binary(BinaryKind::And, isDiagonal, b.compare(CompareKind::Less, places, b.scalarLike(places, double(end))));
  Value filled = b.select(isDiagonal, b.scalar(node.element(x), value, 1), b.reshape(x, flat));
  return b.reshape(filled, b.extentsOf(x));
}

} // namespace wasmind::mindir::ops
