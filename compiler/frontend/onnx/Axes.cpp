#include "compiler/frontend/onnx/Axes.h"
#include "compiler/frontend/onnx/ControlFlow.h"

namespace wasmind::onnx {
namespace {

Value integers(Compose &compose, int64_t count, int64_t value) {
  return graph::makeIntegers(compose, compose.getLoc(), Integers(count, value));
}

Value scatterTo(Compose &compose, Value data, Value indices, Value values) {
  return graph::ScatterOp::create(compose, compose.getLoc(), ScatterKind::Set, data, indices, values).getResult();
}

// An input of integers as i64 [count]; none where their number depends on the run.
std::optional<std::pair<Value, int64_t>> listOf(Node &node, unsigned i, llvm::StringRef what) {
  auto elements = node.elements(i, what);
  if (!elements)
    return std::nullopt;
  const int64_t count = elements->size();
  Compose &compose = node.compose();
  return std::pair(compose.reshape(compose.cast(node.input(i), compose.getI64Type()), Integers{count}), count);
}

// i64 [rank], 1 where an axis is named. Axes outside and repeated ones leave fewer than there are.
Value flagsOf(Node &node, Value axes, int64_t count, unsigned i, int64_t rank) {
  Compose &compose = node.compose();
  if (count > rank)
    return node.fail(llvm::Twine(count) + " axes (input " + llvm::Twine(i) + ") of a rank of " + llvm::Twine(rank));
  Value flags = scatterTo(compose, integers(compose, rank, 0), axes, integers(compose, count, 1));
  Value named = compose.reduce(ReduceKind::Sum, flags, {0}, /*keepDims=*/false);
  if (!node.check(compose.compare(CompareKind::Equal, named, compose.scalarLike(named, double(count))),
                  "axes (input " + llvm::Twine(i) + ") must be distinct and inside a rank of " + llvm::Twine(rank)))
    return {};
  return flags;
}

// How many of the other axes come before each.
Value placesOf(Compose &compose, Value flags) {
  return graph::ScanOp::create(compose, compose.getLoc(), ReduceKind::Sum,
                               compose.sub(compose.scalarLike(flags, 1), flags), uint64_t(0), /*exclusive=*/true,
                               /*reversed=*/false)
      .getResult();
}

Value isFlagged(Compose &compose, Value flags) {
  return compose.compare(CompareKind::NotEqual, flags, compose.scalarLike(flags, 0));
}

// x under a shape that the run computes; its extent j is one of those of x from j - reach to j + reach, or 1.
Value reshapeTo(Node &node, Value x, Value shape, int64_t reach) {
  const Extents own = node.compose().extentsOf(x);
  Extents extents;
  for (int64_t j = 0; j < *node.staticExtent(shape, 0); ++j) {
    int64_t most = 1;
    for (auto [dim, extent] : llvm::enumerate(own))
      if (std::abs(int64_t(dim) - j) <= reach)
        most = std::max(most, node.bounds(extent).max);
    auto extent = node.extentOf(node.elementAt(shape, j), 0, j, most);
    if (!extent)
      return {};
    extents.push_back(*extent);
  }
  return node.compose().reshape(x, extents);
}

} // namespace

std::optional<Axes> axesOf(Node &node, unsigned i, llvm::StringRef attribute, int64_t rank, bool addsAxes) {
  Axes axes;
  axes.areGiven = node.has(attribute) || node.hasInput(i);
  if (!axes)
    return axes;
  auto known = node.has(attribute) ? std::optional(node.integers(attribute)) : node.knownIntegers(i);
  if (known) {
    axes.count = known->size();
    auto dims = node.axes(*known, rank + (addsAxes ? axes.count : 0));
    if (!dims)
      return std::nullopt;
    axes.dims = *dims;
    return axes;
  }
  auto list = listOf(node, i, attribute);
  if (!list)
    return std::nullopt;
  axes.count = list->second;
  axes.flags = flagsOf(node, list->first, axes.count, i, rank + (addsAxes ? axes.count : 0));
  return axes.flags ? std::optional(axes) : std::nullopt;
}

llvm::SmallVector<Value> placeByAxes(Node &node, unsigned i, int64_t rank, llvm::ArrayRef<Value> lists,
                                     const Integers &others) {
  auto axes = listOf(node, i, "axes");
  if (!axes || !flagsOf(node, axes->first, axes->second, i, rank))
    return llvm::SmallVector<Value>(lists.size());
  return llvm::map_to_vector(llvm::zip_equal(lists, others), [&](auto list) {
    return scatterTo(node.compose(), integers(node.compose(), rank, std::get<1>(list)), axes->first, std::get<0>(list));
  });
}

Value chooseByAxis(Node &node, unsigned i, int64_t rank, llvm::function_ref<Value(int64_t dim)> make) {
  auto axes = axesOf(node, i, "axis", rank);
  if (!axes)
    return {};
  if (axes->count != 1)
    return node.fail("axis (input " + llvm::Twine(i) + ") must be one number, has " + llvm::Twine(axes->count));
  if (!axes->flags)
    return make(axes->dims.front());
  auto from = [&](auto &from, int64_t dim) -> Value {
    if (dim + 1 == rank)
      return make(dim);
    auto chosen = emitIf(
        node, isFlagged(node.compose(), node.elementAt(axes->flags, dim)), [&] { return Branch{{make(dim)}}; },
        [&] { return Branch{{from(from, dim + 1)}}; });
    return chosen ? chosen->front() : Value();
  };
  return from(from, 0);
}

Value dropAxes(Node &node, Value x, const Axes &axes) {
  Compose &compose = node.compose();
  if (!x || !axes.flags)
    return compose.squeeze(x, axes.dims);
  const int64_t rank = node.rank(x), left = rank - axes.count;
  // Each extent that stays goes to its place, the others nowhere.
  Value places =
      compose.select(isFlagged(compose, axes.flags), integers(compose, 1, left), placesOf(compose, axes.flags));
  return reshapeTo(node, x, scatterTo(compose, integers(compose, left, 1), places, compose.shapeOf(x)), axes.count);
}

Value addAxes(Node &node, Value x, const Axes &axes) {
  Compose &compose = node.compose();
  if (!x || !axes.flags)
    return compose.unsqueeze(x, axes.dims);
  if (node.rank(x) == 0)
    return compose.reshape(x, Integers(axes.count, 1));
  Value own = compose.gather(compose.shapeOf(x), placesOf(compose, axes.flags), 0);
  return reshapeTo(node, x, compose.select(isFlagged(compose, axes.flags), integers(compose, 1, 1), own), axes.count);
}

} // namespace wasmind::onnx
