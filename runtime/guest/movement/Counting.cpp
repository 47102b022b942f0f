// EqualCount(a, b): how many elements of two tensors of one shape are equal, as one i32 in a vector. A NaN equals
// nothing, zeros of both signs are equal.
#include "runtime/guest/movement/Order.h"

using namespace wasmind::guest;

extern "C" int32_t wasmind_equal_count(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  if (readArguments(call, count, nullptr))
    return -1;
  const Tensor &a = call.tensors[0], &b = call.tensors[1];
  bool isSame = a.rank == b.rank;
  for (int32_t axis = 0; axis < a.rank && isSame; ++axis)
    isSame = a.extents[axis] == b.extents[axis];
  if (!isSame) {
    refuse(call, "shapes ");
    appendShape(a);
    appendText(" and ");
    appendShape(b);
    appendText(" differ");
    return -1;
  }
  int64_t one = 1;
  if (prepareResult(call, 0, 1, &one))
    return -1;
  int32_t equal = 0;
  auto compare = [&](const char *a, int32_t aStep, const char *b, int32_t bStep, uint32_t left) {
    ElementType type = call.tensors[0].type;
    int64_t order[2][orderLength];
    for (uint32_t length; left; left -= length) {
      length = left < orderLength ? left : orderLength;
      orderRow(type, a, aStep, length, order[0]);
      orderRow(type, b, bStep, length, order[1]);
      for (uint32_t i = 0; i < length; ++i)
        equal += order[0][i] == order[1][i] && !(isFloat(type) && order[0][i] == orderOfNaN);
      a += length * uint32_t(aStep);
      b += length * uint32_t(bStep);
    }
  };
  Walk(a, b).eachRow(a.data, b.data, compare);
  *reinterpret_cast<int32_t *>(call.tensors[2].data) = equal;
  return 0;
}
