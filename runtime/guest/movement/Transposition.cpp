// Transpose(a, permutation): axis i of the result is axis permutation[i] of a.
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

extern "C" int32_t wasmind_transpose(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  List permutation;
  if (readArguments(call, count, nullptr) || readList(call, 1, call.tensors[0].rank, permutation))
    return -1;
  const Tensor &a = call.tensors[0], &out = call.tensors[call.firstOutput];
  int64_t extents[maxRank];
  uint32_t seen = 0;
  for (int32_t i = 0; i < a.rank; ++i) {
    int64_t axis = permutation.values[i];
    if (!normalise(axis, a.rank) || seen >> axis & 1) {
      refuse(call, "permutation", permutation);
      appendText(" does not name every axis once");
      return -1;
    }
    seen |= 1u << axis;
    permutation.values[i] = axis;
    extents[i] = a.extents[axis];
  }
  if (prepareResult(call, 0, a.rank, extents))
    return -1;
  Walk walk(a.byteWidth);
  for (int32_t i = 0; i < a.rank; ++i)
    walk.addAxis(out.extents[i], out.steps[i], a.steps[permutation.values[i]]);
  walk.copy(out.data, a.data);
  return 0;
}
