#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

namespace wasmind::onnx {
namespace {

constexpr int64_t farAway = int64_t(1) << 40; // stands for "to the end" in either direction

// A start or end of one axis: negative values count from the end, the result lies in low..high. Values that may lie on
// either side of a limit move the bounds of a named dimension, or fail.
std::optional<AffineExpr> position(Node &node, AffineExpr at, AffineExpr extent, AffineExpr low, AffineExpr high) {
  if (auto constant = graph::constantOf(at)) {
    const int64_t near = std::clamp(*constant, -farAway, farAway);
    at = mlir::getAffineConstantExpr(near, at.getContext());
    at = near < 0 ? at + extent : at;
  } else if (node.bounds(at).max < 0) {
    at = at + extent;
  } else if (node.bounds(at).min < 0 && !node.ensureAtLeast(at, 0)) {
    return node.fail("the position '" + node.text(at) + "' may be negative or not");
  }
  if (node.bounds(at - high).min >= 0)
    return high;
  if (node.bounds(low - at).min >= 0)
    return low;
  if (node.ensureAtMost(at - high, 0) && node.ensureAtLeast(at - low, 0))
    return at;
  return node.fail("the position '" + node.text(at) + "' may lie inside or outside an axis of extent '" +
                   node.text(extent) + "'; bound the dimension with --dim");
}

} // namespace
} // namespace wasmind::onnx

// Attributes before opset 10, inputs since; steps may be negative.
WASMIND_ONNX_OPERATOR(Slice) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  auto constants = [&](llvm::ArrayRef<int64_t> values) {
    return llvm::map_to_vector<6>(values, [&](int64_t value) { return compose.getAffineConstantExpr(value); });
  };
  std::optional<Extents> starts, ends;
  std::optional<Integers> axes, steps;
  if (node.opset() < 10) {
    starts = constants(node.integers("starts"));
    ends = constants(node.integers("ends"));
    if (node.has("axes"))
      axes = node.integers("axes");
  } else {
    starts = node.shape(1, "starts");
    ends = starts ? node.shape(2, "ends") : std::nullopt;
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
    const int64_t dim = *node.axis((*axes)[i], rank), step = (*steps)[i];
    if (step == 0 || step <= -farAway || step >= farAway)
      return node.fail("a step of " + llvm::Twine(step));
    const AffineExpr extent = extents[dim], last = extent - 1;
    const bool forward = step > 0;
    if (graph::constantOf(extent) == 0)
      continue; // nothing remains of nothing
    auto start = position(node, (*starts)[i], extent, zero, forward ? extent : last);
    auto end =
        start ? position(node, (*ends)[i], extent, forward ? zero : zero - 1, forward ? extent : last) : std::nullopt;
    if (!end)
      return Failure();
    const int64_t stride = std::abs(step);
    AffineExpr distance = forward ? *end - *start : *start - *end;
    AffineExpr count = zero;
    if (node.bounds(distance).max > 0) {
      if (!node.ensureAtLeast(distance, 0))
        return node.fail("the range '" + node.text(*start) + "' to '" + node.text(*end) + "' may be empty or not");
      count = (distance + (stride - 1)).floorDiv(stride);
    }
    from[dim] = graph::constantOf(count) == 0 ? zero : forward ? *start : *start - (count - 1) * stride;
    extents[dim] = count;
    strides[dim] = std::min<int64_t>(stride, INT32_MAX);
    if (!forward)
      reversed.push_back(dim);
  }
  Value result = compose.slice(x, from, extents, strides);
  if (!result || reversed.empty())
    return result;
  return graph::ReverseOp::create(compose, compose.getLoc(), result, reversed).getResult();
}
