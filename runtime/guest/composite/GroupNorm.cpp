// GroupNorm(a, gamma, beta; num_groups, epsilon): the channels of a [N, C, ...] in groups that follow one another, the
// elements of each group as (a - mean) / sqrt(variance + epsilon) * gamma[c] + beta[c].
#include "runtime/guest/Packing.h"
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

extern "C" int32_t wasmind_group_norm(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  if (readArguments(call, count, convertAttribute))
    return -1;
  const Tensor &a = call.tensors[0], &out = call.tensors[5];
  if (a.rank < 2) {
    refuse(call, "input 0 must have axes N and C, not shape ");
    appendShape(a);
    return -1;
  }
  int32_t channels = a.extents[1];
  if (checkShape(call, 1, {1, {channels}}) || checkShape(call, 2, {1, {channels}}))
    return -1;
  int64_t groups = integerOf(call, 3), extents[maxRank];
  if (groups < 1 || channels % groups) {
    refuse(call, "num_groups", groups);
    appendText(" does not divide the channels of shape ");
    appendShape(a);
    return -1;
  }
  int32_t length = 1; // of no elements: any number
  for (int32_t axis = 0; axis < a.rank; ++axis) {
    extents[axis] = a.extents[axis];
    if (axis > 1)
      length = int32_t(uint32_t(length) * uint32_t(a.extents[axis]));
  }
  if (prepareResult(call, 0, a.rank, extents))
    return -1;
  if (out.isEmpty())
    return 0;

  Packing packing;
  int32_t rows = a.extents[0] * int32_t(groups), perGroup = channels / int32_t(groups);
  uint64_t byteLength = uint64_t(uint32_t(rows)) * (a.type == F64 ? 8 : 4); // f16 is computed in f32
  void *elements = packing.input(a), *mean = packing.allocate(byteLength), *scale = packing.allocate(byteLength);
  void *normalise[] = {elements, call.operands[4], mean, scale};
  void *apply[] = {elements,           mean, scale, packing.input(call.tensors[1]), packing.input(call.tensors[2]),
                   packing.output(out)};
  if (packing.isIncomplete())
    return call.outOfMemory();
  const Variant &variant = *call.variant;
  variant.extents[0] = rows;
  variant.extents[1] = perGroup * length;
  int32_t status = variant.kernels[0](normalise);
  variant.extents[0] = a.extents[0];
  variant.extents[1] = int32_t(groups);
  variant.extents[2] = perGroup;
  variant.extents[3] = length;
  if (status || variant.kernels[1](apply))
    return call.outOfMemory();
  packing.finish();
  return 0;
}
