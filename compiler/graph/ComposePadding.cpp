//===- ComposePadding.cpp - surrounding tensors with a value or with copies of their elements ---------------------===//
#include "compiler/graph/Compose.h"

using namespace mlir;

namespace wasmind::graph {

Value Compose::pad(Value x, Value value, Ints low, Ints high, Ints interior) {
  if (!x || !value)
    return nullptr;
  SmallVector<int64_t> between(interior);
  between.resize(rankOf(x), 0);
  auto isZero = [](int64_t amount) { return amount == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero) && llvm::all_of(between, isZero))
    return x;
  return make<PadOp>(x, rankOf(value) == 0 ? value : reshape(value, Ints{}), low, high, between);
}

Value Compose::padByCopies(Value x, PadWidths low, PadWidths high,
                           llvm::function_ref<Value(Value, int64_t, AffineExpr, bool)> border) {
  if (!x)
    return nullptr;
  const AffineExpr zero = getAffineConstantExpr(0);
  for (int64_t dim = 0; dim < rankOf(x); ++dim) {
    AffineExpr before = low[dim], after = high[dim], extent = extentsOf(x)[dim];
    auto isCrop = [](AffineExpr amount) { return constantOf(amount).value_or(0) < 0; };
    if (isCrop(before) || isCrop(after)) { // crop first
      x = sliceDim(x, dim, isCrop(before) ? before * -1 : zero,
                   extent + (isCrop(before) ? before : zero) + (isCrop(after) ? after : zero));
      before = isCrop(before) ? zero : before;
      after = isCrop(after) ? zero : after;
      if (!x)
        return nullptr;
    }
    SmallVector<Value> parts;
    if (constantOf(before) != 0)
      parts.push_back(border(x, dim, before, true));
    parts.push_back(x);
    if (constantOf(after) != 0)
      parts.push_back(border(x, dim, after, false));
    x = concat(parts, dim);
    if (!x)
      return nullptr;
  }
  return x;
}

Value Compose::padConstant(Value x, Value value, PadWidths low, PadWidths high) {
  SmallVector<int64_t> before, after;
  for (auto [list, amounts] : {std::pair(&before, low), std::pair(&after, high)})
    for (AffineExpr amount : amounts)
      if (auto constant = constantOf(amount))
        list->push_back(*constant);
  if (before.size() == low.size() && after.size() == high.size())
    return pad(x, value, before, after);
  return padByCopies(x, low, high, [&](Value part, int64_t dim, AffineExpr count, bool) -> Value {
    Extents extents = extentsOf(part);
    extents[dim] = count;
    return broadcastTo(value ? reshape(value, Ints{}) : nullptr, extents);
  });
}

/// Which elements of an extent the `count` ahead of it or behind it repeat: places repeat after `period`, and `fold`
/// says which of the extent one of the first period is.
static SmallVector<int64_t> repeated(int64_t extent, int64_t count, bool atStart, int64_t period,
                                     llvm::function_ref<int64_t(int64_t)> fold) {
  SmallVector<int64_t> places;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t place = atStart ? i - count : extent + i;
    places.push_back(fold(((place % period) + period) % period));
  }
  return places;
}

Value Compose::padReflect(Value x, PadWidths low, PadWidths high) {
  return padByCopies(x, low, high, [&](Value part, int64_t dim, AffineExpr size, bool atStart) -> Value {
    AffineExpr extent = extentsOf(part)[dim];
    auto known = constantOf(extent), count = constantOf(size);
    if (known && count && *count >= *known) { // reflected more than once: an index per element
      if (*known < 1) {
        emitError("reflecting an empty dimension ") << dim;
        return nullptr;
      }
      const int64_t period = std::max<int64_t>(2 * (*known - 1), 1);
      auto fold = [&](int64_t place) { return place < *known ? place : period - place; };
      return gather(part, makeIntegers(*this, getLoc(), repeated(*known, *count, atStart, period, fold)), dim);
    }
    AffineExpr start = atStart ? getAffineConstantExpr(1) : extent - 1 - size;
    Value copied = sliceDim(part, dim, start, size);
    return copied ? make<ReverseOp>(copied, Ints{dim}) : nullptr;
  });
}

Value Compose::padSymmetric(Value x, PadWidths low, PadWidths high) {
  return padByCopies(x, low, high, [&](Value part, int64_t dim, AffineExpr size, bool atStart) -> Value {
    Value copied = sliceDim(part, dim, atStart ? getAffineConstantExpr(0) : extentsOf(part)[dim] - size, size);
    return copied ? make<ReverseOp>(copied, Ints{dim}) : nullptr;
  });
}

Value Compose::padEdge(Value x, PadWidths low, PadWidths high) {
  return padByCopies(x, low, high, [&](Value part, int64_t dim, AffineExpr size, bool atStart) -> Value {
    AffineExpr one = getAffineConstantExpr(1), zero = getAffineConstantExpr(0);
    Value edge = sliceDim(part, dim, atStart ? zero : extentsOf(part)[dim] - 1, one);
    if (!edge)
      return nullptr;
    Extents extents = extentsOf(edge);
    extents[dim] = size;
    return broadcastTo(edge, extents);
  });
}

Value Compose::padWrap(Value x, PadWidths low, PadWidths high) {
  return padByCopies(x, low, high, [&](Value part, int64_t dim, AffineExpr size, bool atStart) -> Value {
    AffineExpr extent = extentsOf(part)[dim], zero = getAffineConstantExpr(0);
    auto known = constantOf(extent), count = constantOf(size);
    if (known && *known > 0 && count && *count > *known) {
      auto fold = [](int64_t place) { return place; };
      return gather(part, makeIntegers(*this, getLoc(), repeated(*known, *count, atStart, *known, fold)), dim);
    }
    return sliceDim(part, dim, atStart ? extent - size : zero, size);
  });
}

Value Compose::padComputed(Value x, int64_t dim, Padding padding, Value low, AffineExpr padded, Value value) {
  if (!x || !low || !padded)
    return nullptr;
  const AffineExpr extent = extentsOf(x)[dim];
  Value length = reshape(this->extent(extent), Ints{1}), zero = scalarLike(length, 0), one = scalarLike(length, 1);
  Value last = maximum(sub(length, one), zero);
  Value place = IotaOp::create(*this, getLoc(), makeTensorType({padded}, getI64Type()), 0);
  place = sub(place, reshape(low, Ints{1}));
  Value inside;
  switch (padding) {
  case Padding::Reflect: { // there and back again in 2 * (length - 1) steps
    Value period = maximum(add(last, last), one);
    inside = binary(BinaryKind::FloorMod, place, period);
    inside = minimum(minimum(inside, sub(period, inside)), last); // of one element
    break;
  }
  case Padding::Symmetric: {
    Value period = maximum(add(length, length), one);
    inside = binary(BinaryKind::FloorMod, place, period);
    inside = minimum(minimum(inside, sub(sub(period, one), inside)), last);
    break;
  }
  case Padding::Wrap:
    inside = binary(BinaryKind::FloorMod, place, maximum(length, one));
    break;
  case Padding::Constant:
  case Padding::Edge:
    inside = minimum(maximum(place, zero), last);
    break;
  }
  Value source = x;
  if (boundsOf(extent, namedDimsAt(getInsertionBlock())).min < 1) { // there must be one to point at
    Extents more = extentsOf(x);
    more[dim] = getAffineConstantExpr(1);
    source = concat({x, splat(more, elementOf(x), 0)}, dim);
  }
  Value result = gather(source, inside, dim);
  if (padding != Padding::Constant || !result)
    return result;
  Value isThere = select(compare(CompareKind::Less, place, length), compare(CompareKind::GreaterEqual, place, zero),
                         scalar(getI1Type(), 0));
  Extents shape(rankOf(x), getAffineConstantExpr(1));
  shape[dim] = padded;
  return select(reshape(isThere, shape), result, value);
}

} // namespace wasmind::graph
