#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

// Attributes before opset 10, inputs since; steps may be negative.
WASMIND_ONNX_OPERATOR(Slice) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  auto constants = [&](const Integers &values) {
    return llvm::map_to_vector<6>(values, [&](int64_t value) {
      return compose.reshape(graph::makeIntegers(compose, compose.getLoc(), value), Integers());
    });
  };
  std::optional<llvm::SmallVector<Value>> starts, ends;
  std::optional<Integers> axes, steps;
  if (node.opset() < 10) {
    starts = constants(node.integers("starts"));
    ends = constants(node.integers("ends"));
    if (node.has("axes"))
      axes = node.integers("axes");
  } else {
    starts = node.elements(1, "starts");
    ends = starts ? node.elements(2, "ends") : std::nullopt;
    if (node.hasInput(3))
      axes = node.constantIntegers(3, "axes");
    if (node.hasInput(4))
      steps = node.constantIntegers(4, "steps");
  }
  if (node.failed())
    return Failure();
  if (!axes)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
  if (!steps)
    steps = Integers(starts->size(), 1);
  if (starts->size() != ends->size() || axes->size() != starts->size() || steps->size() != starts->size())
    return node.fail("starts, ends, axes and steps have different lengths");
  if (!node.axes(*axes, rank))
    return Failure();

  const AffineExpr zero = compose.getAffineConstantExpr(0);
  Extents from(rank, zero), extents = compose.extentsOf(x);
  Integers strides(rank, 1), reversed;
  for (size_t i = 0; i < axes->size(); ++i) {
    const int64_t dim = *node.axis((*axes)[i], rank);
    auto range =
        node.rangeOf(graph::ComputedSlice{(*starts)[i], (*ends)[i], (*steps)[i], /*startsInside=*/true}, x, dim);
    if (!range)
      return Failure();
    from[dim] = range->start;
    extents[dim] = range->count;
    strides[dim] = range->stride;
    if (range->isReversed)
      reversed.push_back(dim);
  }
  Value result = compose.slice(x, from, extents, strides);
  if (!result || reversed.empty())
    return result;
  return graph::ReverseOp::create(compose, compose.getLoc(), result, reversed).getResult();
}
