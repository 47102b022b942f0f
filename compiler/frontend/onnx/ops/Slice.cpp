#include "compiler/frontend/onnx/Axes.h"
#include "llvm/ADT/Sequence.h"

namespace wasmind::onnx {
namespace {

// One dimension by a step that only the run knows, all rank-0 i64: element i of the result is that at begin + i * step.
Value sliceBy(Node &node, Value x, int64_t dim, Value begin, Value end, Value step) {
  Compose &compose = node.compose();
  auto number = [&](int64_t value) { return compose.scalar(compose.getI64Type(), double(value)); };
  auto clamp = [&](Value value, Value low, Value high) { return compose.minimum(compose.maximum(value, low), high); };
  const AffineExpr extent = compose.extentsOf(x)[dim];
  Value length = compose.extent(extent), zero = number(0), last = compose.sub(length, number(1));
  step = clamp(step, number(-graph::extentLimit), number(graph::extentLimit));
  if (!node.check(compose.compare(CompareKind::NotEqual, step, zero), "axis " + llvm::Twine(dim) + ": a step of 0"))
    return {};
  Value goesForward = compose.compare(CompareKind::Greater, step, zero);
  auto place = [&](Value given, Value lowest) {
    Value isFromEnd = compose.compare(CompareKind::Less, given, zero);
    given = compose.select(isFromEnd, compose.add(given, length), given);
    return clamp(given, lowest, compose.select(goesForward, length, last));
  };
  begin = place(begin, zero);
  end = place(end, compose.select(goesForward, zero, number(-1)));
  Value distance = compose.select(goesForward, compose.sub(end, begin), compose.sub(begin, end));
  Value stride = compose.unary(UnaryKind::Abs, step);
  Value taken = compose.add(compose.maximum(distance, zero), compose.sub(stride, number(1)));
  taken = compose.minimum(compose.binary(BinaryKind::FloorDiv, taken, stride), length);
  auto count = node.extentOf(taken, 0, dim, node.bounds(extent).max);
  if (!count || !node.require(extent - *count, "a slice leaves its input"))
    return {};
  Value places =
      graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(*count, compose.getI64Type()), 0);
  places = compose.add(compose.mul(places, compose.reshape(step, Integers{1})), compose.reshape(begin, Integers{1}));
  return compose.gather(x, places, dim);
}

struct Slices {
  llvm::SmallVector<Value> starts, ends; ///< rank 0
  std::optional<Integers> axes, steps;   ///< none where only the run knows them
};

// Axes or steps that only the run knows: one dimension after the other.
Value sliceByValues(Node &node, Value x, const Slices &slices) {
  Compose &compose = node.compose();
  const int64_t rank = node.rank(x);
  auto listOf = [&](llvm::ArrayRef<Value> values) {
    return compose.concat(llvm::map_to_vector(values,
                                              [&](Value value) {
                                                value = compose.cast(value, compose.getI64Type());
                                                return compose.reshape(value, Integers{1});
                                              }),
                          0);
  };
  Value steps = slices.steps ? graph::makeIntegers(compose, compose.getLoc(), *slices.steps)
                             : compose.cast(node.input(4), compose.getI64Type());
  llvm::SmallVector<Value> parts{listOf(slices.starts), listOf(slices.ends), steps};
  Integers dims;
  if (slices.axes) {
    for (int64_t axis : *slices.axes)
      dims.push_back(*node.axis(axis, rank));
  } else { // all of each axis that is not named
    parts = placeByAxes(node, 3, rank, parts, {0, graph::extentLimit, 1});
    dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  }
  const bool isDense = slices.steps && llvm::all_of(*slices.steps, [](int64_t step) { return step == 1; });
  for (auto [entry, dim] : llvm::enumerate(dims)) {
    if (node.failed() || !x)
      return {};
    auto part = [&](int i) { return node.elementAt(parts[i], entry); };
    if (!isDense)
      x = sliceBy(node, x, dim, part(0), part(1), part(2));
    else if (auto range = node.rangeOf(graph::ComputedSlice{part(0), part(1), 1, /*startsInside=*/true}, x, dim))
      x = compose.sliceDim(x, dim, range->start, range->count);
  }
  return x;
}

} // namespace
} // namespace wasmind::onnx

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
  if (node.opset() < 10) {
    starts = constants(node.integers("starts"));
    ends = constants(node.integers("ends"));
  } else {
    starts = node.elements(1, "starts");
    ends = starts ? node.elements(2, "ends") : std::nullopt;
    if (!ends)
      return Failure();
  }
  const size_t count = starts->size();
  Slices slices{*starts, *ends, llvm::to_vector(llvm::seq<int64_t>(0, count)), Integers(count, 1)};
  if (node.has("axes"))
    slices.axes = node.integers("axes");
  auto fits = [&](unsigned i, llvm::StringRef what, std::optional<Integers> &known) {
    if (node.hasInput(i)) {
      auto elements = node.elements(i, what);
      known = node.knownIntegers(i);
      return elements && elements->size() == count;
    }
    return !known || known->size() == count;
  };
  if (ends->size() != count || !fits(3, "axes", slices.axes) || !fits(4, "steps", slices.steps))
    return node.failed() ? Failure() : node.fail("starts, ends, axes and steps have different lengths");
  if (slices.axes && !node.axes(*slices.axes, rank))
    return Failure();
  if (!slices.axes || !slices.steps)
    return sliceByValues(node, x, slices);

  const AffineExpr zero = compose.getAffineConstantExpr(0);
  Extents from(rank, zero), extents = compose.extentsOf(x);
  Integers strides(rank, 1), reversed;
  for (size_t i = 0; i < count; ++i) {
    const int64_t dim = *node.axis((*slices.axes)[i], rank);
    auto range =
        node.rangeOf(graph::ComputedSlice{(*starts)[i], (*ends)[i], (*slices.steps)[i], /*startsInside=*/true}, x, dim);
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
