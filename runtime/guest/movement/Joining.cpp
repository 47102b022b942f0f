// Concat(a, b; axis): b follows a along the axis.
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

extern "C" int32_t wasmind_concat(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  int32_t axis;
  if (readArguments(call, count, convertAttribute) || readAxis(call, 2, call.tensors[0].rank, axis))
    return -1;
  const Tensor &a = call.tensors[0], &b = call.tensors[1], &out = call.tensors[call.firstOutput];
  bool fits = a.rank == b.rank;
  int64_t extents[maxRank];
  for (int32_t i = 0; i < a.rank && fits; ++i) {
    fits = i == axis || a.extents[i] == b.extents[i];
    extents[i] = int64_t(a.extents[i]) + (i == axis ? b.extents[i] : 0);
  }
  if (!fits) {
    refuse(call, "shapes ");
    appendShape(a);
    appendText(" and ");
    appendShape(b);
    appendText(" differ beside axis ");
    appendNumber(axis);
    return -1;
  }
  if (prepareResult(call, 0, a.rank, extents))
    return -1;
  uintptr_t to = uintptr_t(out.data);
  const Tensor *parts[] = {&a, &b};
  for (const Tensor *part : parts) {
    Walk walk(part->byteWidth);
    for (int32_t i = 0; i < part->rank; ++i)
      walk.addAxis(part->extents[i], out.steps[i], part->steps[i]);
    walk.copy(reinterpret_cast<char *>(to), part->data);
    to += uintptr_t(part->extents[axis]) * uintptr_t(out.steps[axis]);
  }
  return 0;
}
