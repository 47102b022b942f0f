// Tensors that repeat another one, as numpy.tile and numpy.broadcast_to do:
//   Tile(a, repeats)       leading axes of extent 1, or repeats of 1, make up for what the shorter list lacks
//   BroadcastTo(a, shape)
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

extern "C" int32_t wasmind_tile(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  List repeats;
  const Tensor &a = call.tensors[0], &out = call.tensors[call.firstOutput];
  if (readArguments(call, count, nullptr) || readList(call, 1, -1, repeats))
    return -1;
  int32_t rank = a.rank > repeats.count ? a.rank : repeats.count;
  int32_t added = rank - a.rank, unrepeated = rank - repeats.count;
  auto extentOf = [&](int32_t axis) { return axis < added ? 1 : a.extents[axis - added]; };
  auto repeatOf = [&](int32_t axis) { return axis < unrepeated ? 1 : repeats.values[axis - unrepeated]; };
  int64_t extents[maxRank];
  for (int32_t axis = 0; axis < rank; ++axis) {
    // 2^31 - 1 times that many do not overflow.
    if (uint64_t(repeatOf(axis)) > INT32_MAX)
      return refuse(call, "repeats must be 0 to 2147483647, not", repeats);
    extents[axis] = extentOf(axis) * repeatOf(axis);
  }
  if (prepareResult(call, 0, rank, extents))
    return -1;
  Walk walk(a.byteWidth);
  for (int32_t axis = 0; axis < rank; ++axis) {
    int32_t step = out.steps[axis];
    walk.addAxis(int32_t(repeatOf(axis)), int32_t(uint32_t(step) * uint32_t(extentOf(axis))), 0);
    walk.addAxis(extentOf(axis), step, axis < added ? 0 : a.steps[axis - added]);
  }
  walk.copy(out.data, a.data);
  return 0;
}

extern "C" int32_t wasmind_broadcast_to(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  List shape;
  const Tensor &a = call.tensors[0], &out = call.tensors[call.firstOutput];
  if (readArguments(call, count, nullptr) || readList(call, 1, -1, shape))
    return -1;
  int32_t added = shape.count - a.rank;
  bool fits = added >= 0;
  for (int32_t axis = 0; axis < a.rank && fits; ++axis)
    fits = a.extents[axis] == 1 || a.extents[axis] == shape.values[axis + added];
  if (!fits) {
    refuse(call, "shape ");
    appendShape(a);
    appendText(" does not broadcast to extents");
    for (int32_t axis = 0; axis < shape.count; ++axis) {
      appendText(" ");
      appendNumber(shape.values[axis]);
    }
    return -1;
  }
  if (prepareResult(call, 0, shape.count, shape.values))
    return -1;
  Walk walk(a.byteWidth);
  for (int32_t axis = 0; axis < out.rank; ++axis)
    walk.addAxis(out.extents[axis], out.steps[axis], axis < added ? 0 : a.steps[axis - added]);
  walk.copy(out.data, a.data);
  return 0;
}
