// Pad(a, pads; value): pads[2 * i] elements before and pads[2 * i + 1] behind axis i hold the value.
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

extern "C" int32_t wasmind_pad(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  List pads;
  const Tensor &a = call.tensors[0], &out = call.tensors[call.firstOutput];
  if (readArguments(call, count, convertAttribute) || readList(call, 1, 2 * a.rank, pads))
    return -1;
  int64_t extents[maxRank];
  for (int32_t axis = 0; axis < a.rank; ++axis) {
    int64_t before = pads.values[2 * axis], behind = pads.values[2 * axis + 1];
    if (uint64_t(before) > INT32_MAX || uint64_t(behind) > INT32_MAX)
      return refuse(call, "pads must be 0 to 2147483647, not", pads);
    extents[axis] = before + a.extents[axis] + behind;
  }
  if (prepareResult(call, 0, a.rank, extents))
    return -1;
  Walk fill(a.byteWidth), walk(a.byteWidth);
  uintptr_t inside = uintptr_t(out.data);
  for (int32_t axis = 0; axis < a.rank; ++axis) {
    fill.addAxis(out.extents[axis], out.steps[axis], 0);
    walk.addAxis(a.extents[axis], out.steps[axis], a.steps[axis]);
    inside += uintptr_t(out.steps[axis]) * uintptr_t(pads.values[2 * axis]);
  }
  fill.copy(out.data, static_cast<const char *>(call.operands[2]));
  walk.copy(reinterpret_cast<char *>(inside), a.data);
  return 0;
}
