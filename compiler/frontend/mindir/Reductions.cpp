#include "compiler/frontend/mindir/Reductions.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
namespace wasmind::mindir {

static Reduction read(Node &node, Type element, StringRef dims, StringRef keepDims, unsigned keepDimsAt,
                      unsigned dimsAt = 1) {
  Reduction result;
  result.x = node.tensor(0);
  result.dims = node.axes(node.integers(dims, dimsAt, Integers{}), node.rank(result.x));
  if (result.dims.empty())
    result.dims = to_vector(seq<int64_t>(0, node.rank(result.x)));
  result.keepDims = node.flag(keepDims, keepDimsAt, false);
  if (element)
    result.x = node.compose.cast(result.x, element);
  return result;
}

Reduction reductionOf(Node &node, Type element, unsigned keepDimsAt) {
  return read(node, element, "axis", "keep_dims", keepDimsAt);
}

Reduction extReductionOf(Node &node, Type element) {
  if (!element)
    element = node.dtype("dtype", 3);
  return read(node, element ? element : node.declaredElement(), "dim", "keepdim", 2);
}

Reduction normReductionOf(Node &node) {
  return read(node, node.dtype("dtype", 4), "dim", "keepdim", /*keepDimsAt=*/3, /*dimsAt=*/2);
}

Operand reduce(Node &node, ReduceKind kind, const Reduction &reduction) {
  return node.failed() ? Value() : node.compose.reduce(kind, reduction.x, reduction.dims, reduction.keepDims);
}

Operand mean(Node &node, const Reduction &reduction) {
  return node.failed() ? Value() : node.compose.mean(reduction.x, reduction.dims, reduction.keepDims);
}

Value deviation(Node &node, const Reduction &reduction, int64_t correction, bool squareRoot) {
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value x = reduction.x;
  Value centred = b.sub(x, b.mean(x, reduction.dims, /*keepDims=*/true));
  Value sum = b.reduce(ReduceKind::Sum, b.mul(centred, centred), reduction.dims, reduction.keepDims);
  Extents reduced;
  for (int64_t dim : reduction.dims)
    reduced.push_back(b.extentsOf(x)[dim]);
  AffineExpr count = graph::productOf(reduced, b.getContext());
  Value divisor = b.cast(b.extent(count - correction), node.element(x));
  Value variance = b.div(sum, divisor);
  return squareRoot ? b.unary(UnaryKind::Sqrt, variance) : variance;
}

Operand argReduce(Node &node, ReduceKind extreme) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1, -1), node.rank(x));
  Type type = node.dtype("output_type", 2);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getI32Type();
  return node.failed() ? Value() : node.compose.cast(node.compose.argReduce(extreme, x, axis, false), type);
}

Operand argReduceExt(Node &node, ReduceKind extreme) {
  Value x = node.tensor(0);
  bool all = !node.has(1), keepDims = !all && node.flag("keepdim", 2, false);
  if (node.failed())
    return {};
  if (all)
    x = node.compose.squeeze(node.compose.flatten(x, 0), {0});
  int64_t axis = node.axis(node.integer("dim", 1, 0), node.rank(x));
  return node.failed() ? Value() : node.compose.argReduce(extreme, x, axis, keepDims);
}

Operand argReduceWithValue(Node &node, ReduceKind extreme) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1, 0), node.rank(x));
  bool keepDims = node.flag("keep_dims", 2, false);
  if (node.failed())
    return {};
  Value index = node.compose.argReduce(extreme, x, axis, keepDims);
  Type type = node.declaredElement() ? node.declaredElement() : node.compose.getI32Type();
  return Operand::tuple({node.compose.cast(index, type), node.compose.reduce(extreme, x, {axis}, keepDims)});
}

Operand reduceWithIndex(Node &node, ReduceKind extreme) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1), node.rank(x));
  bool keepDims = node.flag("keepdim", 2, false);
  if (node.failed())
    return {};
  return Operand::tuple(
      {node.compose.reduce(extreme, x, {axis}, keepDims), node.compose.argReduce(extreme, x, axis, keepDims)});
}

Operand cumulate(Node &node, ReduceKind kind) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1), node.rank(x));
  bool exclusive = node.flag("exclusive", 2, false), reversed = node.flag("reverse", 3, false);
  if (node.failed())
    return {};
  return Value(graph::ScanOp::create(node.compose, node.compose.getLoc(), kind, x, axis, exclusive, reversed));
}

Operand deviationAndMean(Node &node, bool squareRoot) {
  Reduction parts = reductionOf(node, Type(), /*keepDimsAt=*/3);
  const int64_t correction = node.integer("correction", 2, 1);
  if (node.failed())
    return {};
  Value average = node.compose.mean(parts.x, parts.dims, parts.keepDims);
  return Operand::tuple({deviation(node, parts, correction, squareRoot), average});
}

Operand cumulativeExtreme(Node &node, ReduceKind extreme) {
  Value x = node.tensor(0);
  const int64_t axis = node.axis(node.integer("axis", 1), node.rank(x));
  if (node.failed())
    return {};
  Compose &b = node.compose;
  auto scan = [&](ReduceKind kind, Value of) -> Value {
    return graph::ScanOp::create(b, b.getLoc(), kind, of, axis, /*exclusive=*/false, /*reverse=*/false);
  };
  Value running = scan(extreme, x);
  Extents line(node.rank(x), b.getAffineConstantExpr(1));
  line[axis] = b.extentsOf(x)[axis];
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(line, b.getI64Type()), axis);
  Value isNew = b.unary(UnaryKind::Not,
                        b.compare(extreme == ReduceKind::Max ? CompareKind::Less : CompareKind::Greater, x, running));
  Type type = node.declaredElement(1) ? node.declaredElement(1) : b.getI64Type();
  Value last = scan(ReduceKind::Max, b.select(isNew, places, b.scalarLike(places, 0)));
  return Operand::tuple({running, b.cast(last, type)});
}

Value norm(Node &node, Value x, double p, ArrayRef<int64_t> dims, bool keepDims) {
  if (node.failed() || !x)
    return {};
  Compose &b = node.compose;
  Value size = b.unary(UnaryKind::Abs, x);
  if (std::isinf(p))
    return b.reduce(p > 0 ? ReduceKind::Max : ReduceKind::Min, size, dims, keepDims);
  auto sum = [&](Value of) { return b.reduce(ReduceKind::Sum, of, dims, keepDims); };
  if (p == 0)
    return sum(b.cast(b.compare(CompareKind::NotEqual, size, b.scalarLike(size, 0)), node.element(x)));
  if (p == 1)
    return sum(size);
  if (p == 2)
    return b.unary(UnaryKind::Sqrt, sum(b.mul(size, size)));
  Value powers = sum(b.binary(BinaryKind::Pow, size, b.scalarLike(size, p)));
  return b.binary(BinaryKind::Pow, powers, b.scalarLike(powers, 1 / p));
}

std::pair<Value, Value> rmsNorm(Node &node, Value x, Value gamma, double epsilon) {
  if (node.failed() || !x)
    return {};
  if (node.rank(gamma) < 1 || node.rank(gamma) > node.rank(x)) {
    node.fail("gamma has rank " + Twine(node.rank(gamma)) + " beside rank " + Twine(node.rank(x)));
    return {};
  }
  Compose &b = node.compose;
  auto dims = to_vector(seq<int64_t>(node.rank(x) - node.rank(gamma), node.rank(x)));
  Value square = b.mean(b.mul(x, x), dims, /*keepDims=*/true);
  Value deviation = square ? b.unary(UnaryKind::Rsqrt, b.add(square, b.scalarLike(square, epsilon))) : Value();
  return {b.mul(b.mul(x, deviation), gamma), deviation};
}

int64_t reductionKind(Node &node, unsigned i) {
  auto value = node.parameter("reduction", i);
  if (value && value->is(Operand::Kind::Text))
    return value->string == "sum" ? 0 : value->string == "mean" ? 1 : 2;
  const int64_t kind = node.integer("reduction", i, 1);
  if (kind < 0 || kind > 2)
    node.fail("reduction " + Twine(kind) + " is none of 0 (sum), 1 (mean), 2 (none)");
  return kind;
}

Operand reduceLoss(Node &node, Value loss, int64_t reduction) {
  if (node.failed() || !loss || reduction == 2)
    return loss;
  Integers all;
  for (int64_t dim = 0; dim < node.rank(loss); ++dim)
    all.push_back(dim);
  return reduction == 1 ? node.compose.mean(loss, all, /*keepDims=*/false)
                        : node.compose.reduce(ReduceKind::Sum, loss, all, /*keepDims=*/false);
}

Operand divergence(Node &node, unsigned reductionAt, unsigned logTargetAt) {
  Value x = node.tensor(0), target = node.tensor(1);
  const auto parameter = node.parameter("reduction", reductionAt);
  const bool byBatch = parameter && parameter->is(Operand::Kind::Text) && parameter->string == "batchmean";
  const int64_t reduction = byBatch ? 0 : reductionKind(node, reductionAt);
  const bool areLogarithms = logTargetAt != Node::none && node.flag("log_target", logTargetAt, false);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value loss;
  if (areLogarithms) {
    loss = b.mul(b.unary(UnaryKind::Exp, target), b.sub(target, x));
  } else {
    Value zero = b.scalarLike(target, 0), isPositive = b.compare(CompareKind::Greater, target, zero);
    Value some = b.select(isPositive, target, b.scalarLike(target, 1)); // whose logarithm is a number
    loss = b.select(isPositive, b.mul(target, b.sub(b.unary(UnaryKind::Log, some), x)), zero);
  }
  Operand reduced = reduceLoss(node, loss, reduction);
  if (!byBatch || node.failed())
    return reduced;
  if (node.rank(x) == 0)
    return node.fail("batchmean of a number; use mean");
  return b.div(reduced.tensor, b.cast(b.extent(b.extentsOf(x)[0]), node.element(x)));
}

/// The same of `count` segments.
static Operand segmentsOf(Node &node, ScatterKind kind, Value x, Value ids, AffineExpr count) {
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const int64_t idRank = node.rank(ids);
  const Extents extents = b.extentsOf(x), idExtents = b.extentsOf(ids);
  if (idRank > int64_t(extents.size()))
    return node.fail("there are more ids than elements");
  for (int64_t dim = 0; dim < idRank; ++dim)
    node.expectEqual(extents[dim], idExtents[dim], "x and its ids are of different shapes");
  if (node.failed())
    return {};
  const AffineExpr rows = graph::productOf(idExtents, b.getContext());
  Extents updateShape{rows}, shape{graph::normalise(count + 1)};
  updateShape.append(extents.begin() + idRank, extents.end());
  shape.append(extents.begin() + idRank, extents.end());
  const Type type = node.element(x);
  double start = kind == ScatterKind::Mul ? 1 : 0;
  if (kind == ScatterKind::Max || kind == ScatterKind::Min) {
    if (auto real = dyn_cast<mlir::FloatType>(type))
      start = llvm::APFloat::getLargest(real.getFloatSemantics()).convertToDouble();
    else if (type.getIntOrFloatBitWidth() > 32)
      return node.fail("64-bit integers are not supported; cast x to int32");
    else
      start = llvm::APInt::getSignedMaxValue(type.getIntOrFloatBitWidth()).getSExtValue();
    if (type.isUnsignedInteger())
      start = kind == ScatterKind::Max ? 0 : 2 * start + 1;
    else if (kind == ScatterKind::Max)
      start = isa<mlir::FloatType>(type) ? -start : -start - 1;
  }
  // What has no segment goes to one behind the last, which is cut off.
  ids = b.cast(b.reshape(ids, {rows, b.getAffineConstantExpr(1)}), b.getI64Type());
  Value behind = b.cast(b.extent(count), b.getI64Type());
  Value isOut = b.binary(BinaryKind::Or, b.compare(CompareKind::Less, ids, b.scalarLike(ids, 0)),
                         b.compare(CompareKind::Greater, ids, behind));
  Value all = b.scatterNd(kind, b.splat(shape, type, start), b.select(isOut, behind, ids), b.reshape(x, updateShape));
  return all ? b.sliceDim(all, 0, b.getAffineConstantExpr(0), count) : Value();
}

Operand segments(Node &node, ScatterKind kind) {
  Value x = node.tensor(0), ids = node.tensor(1);
  return segmentsOf(node, kind, x, ids, node.extentOf(node.amount("num_segments", 2), 0));
}

Operand sortedSegments(Node &node, ScatterKind kind, bool isMean) {
  Value x = node.tensor(0), ids = node.tensor(1);
  if (!node.expectRank(ids, 1, "the ids"))
    return {};
  Compose &b = node.compose;
  const AffineExpr rows = b.extentsOf(ids)[0];
  node.expectAtLeast(rows, 1, "the ids");
  if (node.failed())
    return {};
  Value last = b.squeeze(b.sliceDim(ids, 0, rows - 1, b.getAffineConstantExpr(1)), {0});
  const AffineExpr count = node.extentOf(b.add(b.cast(last, b.getI64Type()), b.scalar(b.getI64Type(), 1)), 0);
  Operand all = segmentsOf(node, kind, x, ids, count);
  if (node.failed() || kind == ScatterKind::Mul || (kind == ScatterKind::Add && !isMean))
    return all;
  const Extents extents = b.extentsOf(x);
  Extents shape(extents.size(), b.getAffineConstantExpr(1));
  shape[0] = rows;
  Value ones = b.broadcastTo(b.scalar(node.element(x), 1, node.rank(x)), shape);
  Value filled = segmentsOf(node, ScatterKind::Add, ones, ids, count).tensor;
  if (node.failed() || !filled)
    return {};
  Value zero = b.scalarLike(filled, 0);
  Value result = isMean ? b.div(all.tensor, b.maximum(filled, b.scalarLike(filled, 1))) : all.tensor;
  return b.select(b.compare(CompareKind::Equal, filled, zero), zero, result);
}

Value product(Node &node, Value a, Value b, bool transposeA, bool transposeB) {
  Value result = node.compose.matmul(a, b, transposeA, transposeB);
  const Type declared = node.declaredElement();
  if (result && declared && mlir::isa<mlir::IntegerType>(declared) &&
      mlir::isa<mlir::IntegerType>(node.element(result)))
    return node.compose.cast(result, declared);
  return result;
}

} // namespace wasmind::mindir
