//===- Median.cpp -------------------------------------------------------------------------------------------------===//
//
// Median(x), attributes global_median, axis, keep_dims, ignore_nan: the lower median, and where it stands
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"
#include <limits>

namespace wasmind::mindir::ops {

/// Of the elements along a dimension that are numbers: NaN where there is none.
static Operand medianOfNumbers(Node &node, Value x, int64_t dim, bool keepDims) {
  Compose &b = node.compose;
  node.expectAtLeast(b.extentsOf(x)[dim], 1, "a median");
  Value isMissing = b.unary(UnaryKind::IsNaN, x);
  Value ordered = b.select(isMissing, b.scalarLike(x, std::numeric_limits<double>::infinity()), x);
  Operand sorted = topAlong(node, ordered, b.extentsOf(x)[dim], dim, /*smallest=*/true, b.getI64Type());
  if (node.failed())
    return {};
  Value isNumber = b.cast(b.unary(UnaryKind::Not, isMissing), b.getI64Type());
  Value count = b.reduce(ReduceKind::Sum, isNumber, {dim}, /*keepDims=*/true), one = b.scalarLike(count, 1);
  Value last = b.maximum(b.sub(count, one), b.scalarLike(count, 0));
  Value middle = b.binary(BinaryKind::ShiftRight, last, one);
  Value median = b.gatherElements(sorted.elements()[0].tensor, middle, dim);
  Value place = b.gatherElements(sorted.elements()[1].tensor, middle, dim);
  Value isNothing = b.compare(CompareKind::Equal, count, b.scalarLike(count, 0));
  median = b.select(isNothing, b.scalarLike(median, std::numeric_limits<double>::quiet_NaN()), median);
  return keepDims ? Operand::tuple({median, place})
                  : Operand::tuple({b.squeeze(median, {dim}), b.squeeze(place, {dim})});
}

Operand Median(Node &node) {
  Value x = node.tensor(0);
  const bool isGlobal = node.flag("global_median", Node::none, false),
             keepDims = node.flag("keep_dims", Node::none, false) && !isGlobal,
             ignoresNaN = node.flag("ignore_nan", Node::none, false);
  int64_t dim = node.integer("axis", Node::none, 0);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const bool isFlat = isGlobal || node.rank(x) == 0;
  if (isFlat)
    x = b.reshape(x, {graph::productOf(b.extentsOf(x), b.getContext())});
  dim = isFlat ? 0 : node.axis(dim, node.rank(x));
  if (node.failed())
    return {};
  if (ignoresNaN && node.isFloat(x))
    return medianOfNumbers(node, x, dim, keepDims);
  Operand found = orderStatistic(node, x, (node.staticExtent(x, dim, "input 0") + 1) / 2, dim, keepDims);
  return node.failed() ? Operand() : found;
}

} // namespace wasmind::mindir::ops
