// Elements to positions:
//   ScatterNd(indices, updates, shape)  zeros of `shape`; at the place that each vector of indices names in the first
//                                       axes, the update is added. Integers wrap, sums of bools are `or`; f16 is added
//                                       in f64. Negative indices count from the end, others outside are refused.
//   OneHot(indices, on, off; depth, axis)  a new axis of `depth` elements, `on` at the index and `off` elsewhere; an
//                                       index outside gives nothing but `off`
#include "runtime/guest/Half.h"
#include "runtime/guest/movement/Indices.h"

using namespace wasmind::guest;

namespace {

HalfBits operator+(HalfBits a, HalfBits b) { return HalfBits(double(a) + double(b)); }

struct Truth {
  uint8_t value;
  friend Truth operator+(Truth a, Truth b) { return {uint8_t(a.value | b.value)}; }
};

template <typename Element> void add(char *to, const char *from) {
  Element *sum = reinterpret_cast<Element *>(to);
  *sum = Element(*sum + *reinterpret_cast<const Element *>(from));
}

typedef void (*Add)(char *to, const char *from);

Add adderOf(ElementType type, int32_t byteWidth) {
  switch (type) {
  case F32:
    return add<float>;
  case F64:
    return add<double>;
  case F16:
    return add<HalfBits>;
  case Bool:
    return add<Truth>;
  default:
    // Unsigned: wraps, and the bits are those of the signed sum.
    return byteWidth == 1   ? add<uint8_t>
           : byteWidth == 2 ? add<uint16_t>
           : byteWidth == 4 ? add<uint32_t>
                            : add<uint64_t>;
  }
}

/// An input of one element, of any rank.
int32_t checkSingle(const Call &call, int32_t operand) {
  const Tensor &tensor = call.tensors[operand];
  for (int32_t axis = 0; axis < tensor.rank; ++axis)
    if (tensor.extents[axis] != 1) {
      refuse(call, "input", operand);
      appendText(" must be one element, not of shape ");
      appendShape(tensor);
      return -1;
    }
  return 0;
}

} // namespace

extern "C" int32_t wasmind_scatter_nd(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  const Tensor &indices = call.tensors[0], &updates = call.tensors[1], &out = call.tensors[call.firstOutput];
  List shape;
  if (readArguments(call, count, nullptr) || readList(call, 2, -1, shape))
    return -1;
  int32_t extents[maxRank];
  for (int32_t i = 0; i < shape.count; ++i) {
    if (uint64_t(shape.values[i]) > INT32_MAX)
      return refuse(call, "extents must be 0 to 2147483647, not", shape);
    extents[i] = int32_t(shape.values[i]);
  }
  Places places;
  if (places.read(call, indices, shape.count, extents))
    return -1;
  bool fits = updates.rank == places.rank + shape.count - places.depth;
  for (int32_t i = 0; i < updates.rank && fits; ++i)
    fits = updates.extents[i] == (i < places.rank ? indices.extents[i] : extents[i - places.rank + places.depth]);
  if (!fits) {
    refuse(call, "updates of shape ");
    appendShape(updates);
    appendText(" do not fit indices of shape ");
    appendShape(indices);
    appendText(" and the result ");
    appendShape(extents, shape.count);
    return -1;
  }
  if (prepareResult(call, 0, shape.count, shape.values))
    return -1;
  static const uint64_t zero = 0;
  fill(out, reinterpret_cast<const char *>(&zero));
  if (updates.isEmpty())
    return 0;
  Add add = adderOf(out.type, out.byteWidth);
  Cursor cursor = places.walk(updates.steps, updates.data);
  do {
    Cursor block{updates.rank - places.rank,
                 updates.extents + places.rank,
                 {out.steps + places.depth, updates.steps + places.rank},
                 {uintptr_t(places.find(out, cursor.from())), uintptr_t(cursor.to())}};
    do {
      add(block.to(), block.from());
    } while (block.next());
  } while (cursor.next());
  return 0;
}

extern "C" int32_t wasmind_one_hot(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  const Tensor &indices = call.tensors[0], &out = call.tensors[call.firstOutput];
  int32_t axis;
  if (readArguments(call, count, convertAttribute) || checkSingle(call, 1) || checkSingle(call, 2) ||
      readAxis(call, 4, indices.rank + 1, axis))
    return -1;
  int64_t depth = integerOf(call, 3), extents[maxRank + 1];
  if (uint64_t(depth) > INT32_MAX)
    return refuse(call, "depth must be 0 to 2147483647, not", depth);
  for (int32_t i = 0; i <= indices.rank; ++i)
    extents[i] = i == axis ? depth : indices.extents[i < axis ? i : i - 1];
  if (prepareResult(call, 0, indices.rank + 1, extents))
    return -1;
  fill(out, call.tensors[2].data);
  if (out.isEmpty())
    return 0;
  Tensor rows = without(out, axis);
  Cursor cursor{
      indices.rank, indices.extents, {rows.steps, indices.steps}, {uintptr_t(out.data), uintptr_t(indices.data)}};
  do {
    int64_t index = readIndex(indices.type, cursor.from());
    if (index >= 0 && index < depth)
      copyRow(out.byteWidth, cursor.to() + uint32_t(index) * uint32_t(out.steps[axis]), 0, call.tensors[1].data, 0, 1);
  } while (cursor.next());
  return 0;
}
