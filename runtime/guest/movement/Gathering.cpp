// Elements by position; negative indices count from the end, others outside are refused:
//   Gather(a, indices; axis)  numpy.take: the axis is replaced by the axes of indices
//   GatherNd(a, indices)      each vector along the last axis of indices names a place in the first axes of a
#include "runtime/guest/movement/Indices.h"

using namespace wasmind::guest;

extern "C" int32_t wasmind_gather(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  const Tensor &a = call.tensors[0], &indices = call.tensors[1], &out = call.tensors[call.firstOutput];
  int32_t axis;
  if (readArguments(call, count, convertAttribute) || readAxis(call, 2, a.rank, axis) ||
      checkIndices(call, indices, a.extents[axis]))
    return -1;
  int64_t extents[2 * maxRank];
  int32_t rank = 0;
  for (int32_t i = 0; i < a.rank; ++i)
    if (i != axis)
      extents[rank++] = a.extents[i];
    else
      for (int32_t j = 0; j < indices.rank; ++j)
        extents[rank++] = indices.extents[j];
  if (prepareResult(call, 0, rank, extents))
    return -1;
  if (out.isEmpty())
    return 0;
  // What one index picks, for each place in the axes before.
  Walk slice(a.byteWidth);
  for (int32_t i = axis + 1; i < a.rank; ++i)
    slice.addAxis(a.extents[i], out.steps[i + indices.rank - 1], a.steps[i]);
  Cursor before{axis, a.extents, {out.steps, a.steps}, {uintptr_t(out.data), uintptr_t(a.data)}};
  do {
    Cursor cursor{indices.rank,
                  indices.extents,
                  {out.steps + axis, indices.steps},
                  {uintptr_t(before.to()), uintptr_t(indices.data)}};
    do {
      int64_t index = readIndex(indices.type, cursor.from());
      normalise(index, a.extents[axis]);
      slice.copy(cursor.to(), before.from() + uint32_t(index) * uint32_t(a.steps[axis]));
    } while (cursor.next());
  } while (before.next());
  return 0;
}

extern "C" int32_t wasmind_gather_nd(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  const Tensor &a = call.tensors[0], &indices = call.tensors[1], &out = call.tensors[call.firstOutput];
  Places places;
  if (readArguments(call, count, nullptr) || places.read(call, indices, a.rank, a.extents))
    return -1;
  int64_t extents[2 * maxRank];
  int32_t rank = places.rank;
  for (int32_t i = 0; i < rank; ++i)
    extents[i] = indices.extents[i];
  for (int32_t i = places.depth; i < a.rank; ++i)
    extents[rank++] = a.extents[i];
  if (prepareResult(call, 0, rank, extents))
    return -1;
  if (out.isEmpty())
    return 0;
  Walk block(a.byteWidth);
  for (int32_t i = places.depth; i < a.rank; ++i)
    block.addAxis(a.extents[i], out.steps[places.rank + i - places.depth], a.steps[i]);
  Cursor cursor = places.walk(out.steps, out.data);
  do {
    block.copy(cursor.to(), places.find(a, cursor.from()));
  } while (cursor.next());
  return 0;
}
