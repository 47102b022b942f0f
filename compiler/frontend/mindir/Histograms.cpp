#include "compiler/frontend/mindir/Histograms.h"

using namespace llvm;
namespace wasmind::mindir {

Operand countBins(Node &node, Value places, Value weights, AffineExpr count, Type type) {
  node.require(count, "a count of '" + node.text(count) + "'");
  if (node.failed() || !places)
    return {};
  Compose &b = node.compose;
  const Type i64 = b.getI64Type();
  const AffineExpr all = graph::productOf(b.extentsOf(places), b.getContext()), one = b.getAffineConstantExpr(1);
  places = b.cast(b.reshape(places, {all, one}), i64);
  if (weights)
    node.expectEqual(graph::productOf(b.extentsOf(weights), b.getContext()), all,
                     "there is not one weight per element");
  if (node.failed())
    return {};
  const Type inside = isa<mlir::FloatType>(type) ? type : Type(i64);
  weights = weights ? b.reshape(b.cast(weights, inside), {all}) : b.splat({all}, inside, 1);
  // What has no bin goes to one behind the last, which is cut off.
  Value behind = b.extent(count);
  Value isOut = b.binary(BinaryKind::Or, b.compare(CompareKind::Less, places, b.scalarLike(places, 0)),
                         b.compare(CompareKind::Greater, places, behind));
  Value bins = b.scatterNd(ScatterKind::Add, b.splat({graph::normalise(count + 1)}, inside, 0),
                           b.select(isOut, behind, places), weights);
  return bins ? b.cast(b.sliceDim(bins, 0, b.getAffineConstantExpr(0), count), type) : Value();
}

Operand histogram(Node &node, int64_t bins, double low, double high) {
  Value x = node.tensor(0);
  if (node.failed() || bins < 1 || bins > graph::extentLimit || low > high)
    return node.fail("bins is not positive, or min is larger than max");
  Compose &b = node.compose;
  const Type f64 = b.getF64Type(), type = node.declaredElement() ? node.declaredElement() : b.getI32Type();
  const AffineExpr all = graph::productOf(b.extentsOf(x), b.getContext());
  x = b.cast(b.reshape(x, {all}), f64);
  Value from = b.scalar(f64, low, 1), to = b.scalar(f64, high, 1);
  if (low == high) {
    node.expectAtLeast(all, 1, "the range of the elements");
    if (node.failed())
      return {};
    from = b.reduce(ReduceKind::Min, x, {0}, /*keepDims=*/true);
    to = b.reduce(ReduceKind::Max, x, {0}, /*keepDims=*/true);
    Value one = b.scalarLike(from, 1), isPoint = b.compare(CompareKind::Equal, from, to);
    Value before = b.sub(from, one), behind = b.add(to, one);
    from = b.select(isPoint, before, from);
    to = b.select(isPoint, behind, to);
  }
  Value place = b.mul(b.div(b.sub(x, from), b.sub(to, from)), b.scalarLike(x, double(bins)));
  place = b.unary(UnaryKind::Floor, place);
  Value isEnd = b.compare(CompareKind::Equal, x, to);
  place = b.select(isEnd, b.scalarLike(place, double(bins - 1)), place);
  // What is outside, and NaN, is in no bin.
  Value isInside = b.binary(BinaryKind::And, b.compare(CompareKind::GreaterEqual, x, from),
                            b.compare(CompareKind::LessEqual, x, to));
  Value index = b.cast(b.select(isInside, place, b.scalarLike(place, -1)), b.getI64Type());
  return countBins(node, index, Value(), b.getAffineConstantExpr(bins), type);
}

} // namespace wasmind::mindir
