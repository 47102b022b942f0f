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

} // namespace wasmind::mindir
