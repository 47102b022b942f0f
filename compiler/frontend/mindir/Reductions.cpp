#include "compiler/frontend/mindir/Reductions.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
namespace wasmind::mindir {

static Reduction read(Node &node, Type element, StringRef dims, StringRef keepDims, unsigned keepDimsAt) {
  Reduction result;
  result.x = node.tensor(0);
  result.dims = node.axes(node.integers(dims, 1, Integers{}), node.rank(result.x));
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

} // namespace wasmind::mindir
