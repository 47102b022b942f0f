//===- ValueBounds.cpp - between which numbers the elements of an integer tensor lie ------------------------------===//
#include "compiler/graph/ShapeValues.h"
#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>

using namespace mlir;

namespace wasmind::graph {
namespace {

constexpr unsigned depthLimit = 64;
constexpr int64_t infinity = int64_t(1) << 60; // out here nothing is known

Interval clamped(__int128 min, __int128 max) {
  auto clamp = [](__int128 value) { return int64_t(std::clamp<__int128>(value, -infinity, infinity)); };
  return {clamp(min), clamp(max)};
}

Interval ofType(Type element) {
  if (element.isInteger(1))
    return {0, 1};
  unsigned bits = element.getIntOrFloatBitWidth();
  if (!isa<IntegerType>(element) || bits > 32)
    return {-infinity, infinity};
  return element.isUnsignedInteger() ? Interval{0, (int64_t(1) << bits) - 1}
                                     : Interval{-(int64_t(1) << (bits - 1)), (int64_t(1) << (bits - 1)) - 1};
}

class Reader {
public:
  explicit Reader(Value value) : dims(namedDimsAround(value.getParentRegion()->getParentOp())) {}

  Interval read(Value value) {
    Type element = cast<RankedTensorType>(value.getType()).getElementType();
    Operation *op = value.getDefiningOp();
    const Interval whole = ofType(element);
    if (!op || depth > depthLimit || !isa<IntegerType>(element))
      return whole;
    ++depth;
    Interval found = compute(op, whole);
    --depth;
    // A result outside its type has wrapped.
    return found.min < whole.min || found.max > whole.max ? whole : found;
  }

private:
  Dims dims;
  unsigned depth = 0;

  Interval compute(Operation *op, Interval whole) {
    return llvm::TypeSwitch<Operation *, Interval>(op)
        .Case([&](ConstantOp constant) {
          auto values = constantIntegers(constant, 4096);
          if (!values || values->empty())
            return whole;
          auto [low, high] = std::minmax_element(values->begin(), values->end());
          return clamped(*low, *high);
        })
        .Case([&](ExtentOp extent) { return boundsOf(extent.getExpression().getResult(0), dims); })
        .Case<ReshapeOp, BroadcastOp, SliceOp, GatherOp, TransposeOp, ReverseOp>(
            [&](Operation *moved) { return read(moved->getOperand(0)); })
        .Case([&](CastOp cast) {
          return isa<IntegerType>(cast.getInput().getType().getElementType()) ? read(cast.getInput()) : whole;
        })
        .Case([&](ConcatOp concat) {
          Interval all = read(concat.getInputs().front());
          for (Value input : concat.getInputs().drop_front()) {
            Interval next = read(input);
            all = {std::min(all.min, next.min), std::max(all.max, next.max)};
          }
          return all;
        })
        .Case([&](SelectOp select) {
          Interval a = read(select.getOnTrue()), b = read(select.getOnFalse());
          return Interval{std::min(a.min, b.min), std::max(a.max, b.max)};
        })
        .Case([&](BinaryOp binary) { return join(binary, whole); })
        .Case([&](ReduceOp reduce) { return this->reduce(reduce, whole); })
        .Default([&](Operation *) { return whole; });
  }

  Interval join(BinaryOp op, Interval whole) {
    Interval a = read(op.getLhs()), b = read(op.getRhs());
    switch (op.getKind()) {
    case BinaryKind::Add:
      return clamped(__int128(a.min) + b.min, __int128(a.max) + b.max);
    case BinaryKind::Sub:
      return clamped(__int128(a.min) - b.max, __int128(a.max) - b.min);
    case BinaryKind::Mul: {
      __int128 ends[] = {__int128(a.min) * b.min, __int128(a.min) * b.max, __int128(a.max) * b.min,
                         __int128(a.max) * b.max};
      return clamped(*std::min_element(ends, ends + 4), *std::max_element(ends, ends + 4));
    }
    case BinaryKind::Max:
      return {std::max(a.min, b.min), std::max(a.max, b.max)};
    case BinaryKind::Min:
      return {std::min(a.min, b.min), std::min(a.max, b.max)};
    case BinaryKind::Div:
    case BinaryKind::FloorDiv:
      return a.min >= 0 && b.min > 0 ? Interval{a.min / b.max, a.max / b.min} : whole;
    default:
      return whole;
    }
  }

  Interval reduce(ReduceOp op, Interval whole) {
    Interval in = read(op.getInput());
    if (op.getKind() == ReduceKind::Max || op.getKind() == ReduceKind::Min)
      return boundedCount(op) ? in : whole;
    auto count = boundedCount(op);
    if (op.getKind() != ReduceKind::Sum || !count)
      return whole;
    return clamped(std::min<__int128>(__int128(in.min) * *count, 0), std::max<__int128>(__int128(in.max) * *count, 0));
  }

  /// How many elements one result is made of at most; none where there may be none.
  std::optional<int64_t> boundedCount(ReduceOp op) {
    auto extents = getExtents(op.getInput().getType());
    __int128 count = 1;
    bool mayBeEmpty = false;
    for (int64_t dim : op.getDims()) {
      Interval range = boundsOf(extents[dim], dims);
      mayBeEmpty |= range.min <= 0;
      count = std::min<__int128>(count * range.max, infinity);
    }
    if (mayBeEmpty && op.getKind() != ReduceKind::Sum)
      return std::nullopt;
    return int64_t(count);
  }
};

} // namespace

Interval valueBounds(Value value) { return Reader(value).read(value); }

} // namespace wasmind::graph
