//===- Slicing.cpp - ranges of one dimension as numpy slices them -------------------------------------------------===//
#include "compiler/graph/Slicing.h"
#include "compiler/graph/Compose.h"
#include "compiler/graph/Ranges.h"
#include <algorithm>

using namespace mlir;

namespace wasmind::graph {
namespace {

constexpr int64_t farAway = int64_t(1) << 40; // stands for "to the end" in either direction

class Axis {
public:
  Axis(AffineExpr extent, ModuleOp module, Ensure ensure) : extent(extent), module(module), ensure(ensure) {}

  bool holds(AffineExpr e) const { return isNeverNegative(e, dims()); }
  bool ensures(AffineExpr e) const { return holds(e) || (ensure && ensure(e)); }
  Interval bounds(AffineExpr e) const { return boundsOf(e, dims()); }
  std::string text(AffineExpr e) const { return boundsText(normalise(e), dims()); }
  std::string advice(AffineExpr e) const { return adviceText(e, dims()); }

  /// Counted from the start; which way must be decided.
  llvm::Expected<AffineExpr> fromStart(AffineExpr at) const {
    if (auto constant = constantOf(at)) {
      at = getAffineConstantExpr(std::clamp(*constant, -farAway, farAway), at.getContext());
      return *constant < 0 ? at + extent : at;
    }
    if (bounds(at).max < 0)
      return at + extent;
    if (ensures(at))
      return at;
    return llvm::createStringError("the position " + text(at) + " may be negative, which counts from the end, or not" +
                                   advice(at));
  }

  /// A begin or end, moved into low..high.
  llvm::Expected<AffineExpr> position(AffineExpr given, AffineExpr low, AffineExpr high) const {
    auto at = fromStart(given);
    if (!at)
      return at.takeError();
    if (holds(*at - high))
      return high;
    if (holds(low - *at))
      return low;
    for (AffineExpr room : {high - *at, *at - low})
      if (!ensures(room))
        return llvm::createStringError("the position " + text(given) + " may lie inside or outside an extent of " +
                                       text(extent) + advice(room));
    return *at;
  }

private:
  AffineExpr extent;
  ModuleOp module;
  Ensure ensure;

  Dims dims() const { return getNamedDims(module); } // `ensure` may have moved them
};

} // namespace

llvm::Expected<AxisRange> rangeOf(const AxisSlice &slice, AffineExpr extent, ModuleOp module, Ensure ensure) {
  if (slice.stride == 0 || slice.stride <= -farAway || slice.stride >= farAway)
    return llvm::createStringError("a step of " + llvm::Twine(slice.stride));
  AffineExpr zero = getAffineConstantExpr(0, extent.getContext()), last = extent - 1;
  const bool forward = slice.stride > 0;
  AxisRange range{zero, zero, std::min<int64_t>(std::abs(slice.stride), INT32_MAX), !forward};
  if (constantOf(extent) == 0)
    return range; // nothing remains of nothing
  Axis axis(extent, module, ensure);
  AffineExpr ahead = forward || slice.startsInside ? zero : zero - 1;
  AffineExpr start = forward ? zero : last, end = forward ? extent : zero - 1;
  if (slice.begin) {
    auto found = axis.position(slice.begin, ahead, forward ? extent : last);
    if (!found)
      return found.takeError();
    start = *found;
    if (!forward && slice.startsInside && start == ahead && !axis.ensures(last)) // nothing has no first element
      return llvm::createStringError("a slice backwards of an extent of " + axis.text(extent) + ", which may be empty" +
                                     axis.advice(last));
  }
  if (slice.end) {
    auto found = axis.position(slice.end, forward ? zero : zero - 1, forward ? extent : last);
    if (!found)
      return found.takeError();
    end = *found;
  }
  auto distance = forward ? distanceOf(start, end, module, ensure) : distanceOf(end, start, module, ensure);
  if (!distance)
    return distance.takeError();
  if (constantOf(*distance) == 0)
    return range;
  const int64_t stride = std::abs(slice.stride);
  range.count = normalise((*distance + (stride - 1)).floorDiv(stride));
  range.start = normalise(forward ? start : start - (range.count - 1) * stride);
  for (AffineExpr amount : {range.count, range.start})
    if (!dividesWholes(amount, getNamedDims(module)))
      return llvm::createStringError("the slice takes " + axis.text(range.count) +
                                     " elements, a part of what may be negative");
  return range;
}

AxisRange measureRange(Compose &compose, const ComputedSlice &slice, AffineExpr extent, StringRef name) {
  assert(slice.stride != 0 && "a step of nothing leads nowhere");
  const Dims dims = namedDimsAround(compose.getInsertionBlock()->getParentOp());
  const int64_t most = std::max<int64_t>(boundsOf(extent, dims).max, 0);
  const int64_t stride = std::min<int64_t>(std::abs(std::max(slice.stride, -farAway)), INT32_MAX);
  const bool forward = slice.stride > 0;
  Type i64 = compose.getI64Type();
  auto number = [&](int64_t value) {
    return makeConstant(compose, compose.getLoc(), RankedTensorType::get({}, i64),
                        ArrayRef<char>(reinterpret_cast<const char *>(&value), sizeof value));
  };
  Value length = compose.extent(extent), zero = number(0);
  Value lastPlace = compose.sub(length, number(1));
  auto place = [&](Value given, Value low, Value high, Value otherwise) {
    if (!given)
      return otherwise;
    Value at = compose.cast(compose.reshape(given, ArrayRef<int64_t>()), i64);
    at = compose.select(compose.compare(CompareKind::Less, at, zero), compose.add(at, length), at);
    return compose.minimum(compose.maximum(at, low), high);
  };
  // Backwards, a place of -1 is behind the last element taken.
  Value low = forward ? zero : number(-1), high = forward ? length : lastPlace;
  Value begin = place(slice.begin, !forward && slice.startsInside ? zero : low, high, forward ? zero : lastPlace);
  Value end = place(slice.end, low, high, forward ? length : number(-1));
  Value distance = compose.maximum(forward ? compose.sub(end, begin) : compose.sub(begin, end), zero);
  Value taken = compose.binary(BinaryKind::FloorDiv, compose.add(distance, number(stride - 1)), number(stride));
  if (!forward && slice.startsInside) // of nothing, the first element is none
    taken = compose.minimum(taken, length);

  AxisRange range{compose.getAffineConstantExpr(0), {}, stride, !forward};
  range.count = compose.measure(taken, name, 0, most == 0 ? 0 : (most - 1) / stride + 1);
  if (forward && !slice.begin)
    range.start = compose.getAffineConstantExpr(0);
  else if (forward)
    range.start = compose.measure(begin, (name + ".start").str(), 0, most);
  else
    range.start = compose.measure(
        compose.minimum(
            compose.maximum(compose.sub(begin, compose.mul(compose.sub(taken, number(1)), number(stride))), zero),
            compose.maximum(lastPlace, zero)), // where nothing is taken
        (name + ".start").str(), 0, most);
  compose.require(extent - 1 - range.start - (range.count - 1) * stride, /*isZero=*/false, "a slice leaves its input");
  return range;
}

llvm::Expected<AffineExpr> distanceOf(AffineExpr begin, AffineExpr end, ModuleOp module, Ensure ensure) {
  Axis axis(end, module, ensure);
  AffineExpr distance = normalise(end - begin);
  if (axis.bounds(distance).max <= 0)
    return getAffineConstantExpr(0, end.getContext());
  if (axis.ensures(distance))
    return distance;
  return llvm::createStringError("the range from " + axis.text(begin) + " to " + axis.text(end) +
                                 " may end before it begins, which takes nothing, or not" + axis.advice(distance));
}

llvm::Expected<AffineExpr> placeOf(AffineExpr index, AffineExpr extent, ModuleOp module, Ensure ensure) {
  Axis axis(extent, module, ensure);
  auto at = axis.fromStart(index);
  if (!at)
    return at.takeError();
  for (AffineExpr room : {*at, extent - 1 - *at})
    if (!axis.ensures(room)) {
      bool never = axis.bounds(room).max < 0;
      return llvm::createStringError("the index " + axis.text(index) + (never ? " lies" : " may lie") +
                                     " outside an extent of " + axis.text(extent) + (never ? "" : axis.advice(room)));
    }
  return normalise(*at);
}

llvm::Error checkIndices(Value indices, AffineExpr extent, ModuleOp module, Ensure ensure) {
  auto constants = constantIntegers(indices);
  if (!constants || constants->empty())
    return llvm::Error::success();
  auto [lowest, highest] = std::minmax_element(constants->begin(), constants->end());
  for (int64_t index : {*lowest, *highest})
    if (auto place = placeOf(getAffineConstantExpr(index, extent.getContext()), extent, module, ensure); !place)
      return place.takeError();
  return llvm::Error::success();
}

llvm::Error checkInside(AffineExpr start, AffineExpr count, AffineExpr extent, ModuleOp module) {
  Axis axis(extent, module, nullptr);
  auto clamped = [&](AffineExpr e) {
    auto constant = constantOf(e);
    return constant ? getAffineConstantExpr(std::clamp(*constant, -farAway, farAway), e.getContext()) : e;
  };
  for (AffineExpr room : {start, count, extent - clamped(start) - clamped(count)})
    if (!axis.holds(room)) {
      bool never = axis.bounds(room).max < 0;
      return llvm::createStringError(axis.text(count) + " elements from " + axis.text(start) + " on " +
                                     (never ? "lie" : "may lie") + " outside an extent of " + axis.text(extent) +
                                     (never ? "" : axis.advice(room)));
    }
  return llvm::Error::success();
}

} // namespace wasmind::graph
