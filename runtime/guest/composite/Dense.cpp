// Dense(a [..., k], weight [n, k], bias [n]): out[..., j] = sum over k of a[..., k] * weight[j, k] + bias[j].
#include "runtime/guest/Packing.h"
#include "runtime/guest/composite/DenseProduct.h"
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

extern "C" int32_t wasmind_dense(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  if (readArguments(call, count, nullptr))
    return -1;
  const Tensor &a = call.tensors[0], &weight = call.tensors[1], &out = call.tensors[3];
  if (!a.rank || weight.rank != 2) {
    refuse(call, "no product of shapes ");
    appendShape(a);
    appendText(" and ");
    appendShape(weight);
    return -1;
  }
  int32_t k = a.extents[a.rank - 1], n = weight.extents[0];
  if (checkShape(call, 1, {2, {n, k}}) || checkShape(call, 2, {1, {n}}))
    return -1;
  int64_t extents[maxRank];
  uint32_t rows = 1; // of no elements: any number
  for (int32_t axis = 0; axis < a.rank - 1; ++axis) {
    extents[axis] = a.extents[axis];
    rows *= uint32_t(a.extents[axis]);
  }
  extents[a.rank - 1] = n;
  if (prepareResult(call, 0, a.rank, extents))
    return -1;
  if (out.isEmpty())
    return 0;
  Packing packing;
  char *from = static_cast<char *>(packing.input(a)), *to = static_cast<char *>(packing.output(out));
  void *weights = packing.input(weight), *bias = packing.input(call.tensors[2]);
  DenseProduct product{*call.variant, k, n, a.byteWidth, out.byteWidth};
  if (packing.isIncomplete() || product.run(from, int32_t(rows), weights, bias, to))
    return call.outOfMemory();
  packing.finish();
  return 0;
}
