//===- HistogramFixedWidth.cpp ----------------------------------------------------------------------------------===//
//
// HistogramFixedWidth(x, range [2]), attribute nbins: how many elements are in each bin; the outer ones have all that
// is outside
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Histograms.h"

namespace wasmind::mindir::ops {

Operand HistogramFixedWidth(Node &node) {
  Value x = node.tensor(0), range = node.tensor(1);
  const int64_t bins = node.integer("nbins", Node::none);
  if (node.failed() || bins < 1 || bins > graph::extentLimit)
    return node.fail("nbins is out of range");
  if (!node.expectRank(range, 1, "the range") || node.staticExtent(range, 0, "the range") != 2 || node.failed())
    return node.fail("the range is not [2]");
  Compose &b = node.compose;
  const Type f64 = b.getF64Type();
  auto end = [&](int64_t i) {
    return b.sliceDim(b.cast(range, f64), 0, b.getAffineConstantExpr(i), b.getAffineConstantExpr(1));
  };
  x = b.cast(b.reshape(x, {graph::productOf(b.extentsOf(x), b.getContext())}), f64);
  Value place = b.mul(b.div(b.sub(x, end(0)), b.sub(end(1), end(0))), b.scalarLike(x, double(bins)));
  place = b.cast(b.clip(b.unary(UnaryKind::Floor, place), 0, double(bins - 1)), b.getI64Type());
  return countBins(node, place, Value(), b.getAffineConstantExpr(bins), b.getI32Type());
}

} // namespace wasmind::mindir::ops
