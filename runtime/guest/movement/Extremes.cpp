// Argmax(a; axis) and Argmin(a; axis): i64 positions of the first largest or smallest element along the axis, which the
// result lacks. A NaN is both, as in numpy.
#include "runtime/guest/movement/Order.h"

using namespace wasmind::guest;

namespace {

int64_t firstExtreme(ElementType type, const char *from, int32_t step, uint32_t count, bool isLeast) {
  int64_t order[orderLength], best = INT64_MIN, position = 0;
  for (uint32_t done = 0; done < count;) {
    uint32_t length = count - done < orderLength ? count - done : orderLength;
    orderRow(type, from, step, length, order);
    for (uint32_t i = 0; i < length; ++i) {
      bool isNaN = isFloat(type) && order[i] == orderOfNaN;
      int64_t rank = isLeast && !isNaN ? ~order[i] : order[i];
      if (rank > best) {
        best = rank;
        position = done + i;
      }
    }
    done += length;
    from += length * uint32_t(step);
  }
  return position;
}

int32_t run(const OperatorTable *table, const TVMFFIAny *args, int32_t count, bool isLeast) {
  Call call(*table, args);
  const Tensor &a = call.tensors[0], &out = call.tensors[call.firstOutput];
  int32_t axis;
  if (readArguments(call, count, convertAttribute) || readAxis(call, 1, a.rank, axis))
    return -1;
  if (!a.extents[axis]) {
    refuse(call, "no elements along axis", axis);
    appendText(" of shape ");
    appendShape(a);
    return -1;
  }
  Tensor rows = without(a, axis);
  int64_t extents[maxRank];
  for (int32_t i = 0; i < rows.rank; ++i)
    extents[i] = rows.extents[i];
  if (prepareResult(call, 0, rows.rank, extents))
    return -1;
  if (a.isEmpty())
    return 0;
  Cursor cursor{rows.rank, rows.extents, {out.steps, rows.steps}, {uintptr_t(out.data), uintptr_t(a.data)}};
  do {
    int64_t position = firstExtreme(a.type, cursor.from(), a.steps[axis], uint32_t(a.extents[axis]), isLeast);
    *reinterpret_cast<int64_t *>(cursor.to()) = position;
  } while (cursor.next());
  return 0;
}

} // namespace

extern "C" int32_t wasmind_argmax(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return run(table, args, count, false);
}
extern "C" int32_t wasmind_argmin(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return run(table, args, count, true);
}
