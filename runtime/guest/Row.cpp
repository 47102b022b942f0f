// Operators along one axis: the others are rows, whatever the rank.
#include "runtime/guest/Packing.h"
#include "runtime/guest/movement/Movement.h"

namespace wasmind::guest {

namespace {

/// The tensor with `axis` as its last one.
Tensor withAxisLast(const Tensor &tensor, int32_t axis) {
  Tensor moved = without(tensor, axis);
  moved.extents[moved.rank] = tensor.extents[axis];
  moved.steps[moved.rank++] = tensor.steps[axis];
  return moved;
}

/// Inputs behind the first are vectors as long as the axis; outputs have the shape of input 0.
int32_t prepare(Call &call, int32_t axis) {
  const Tensor &input = call.tensors[0];
  for (int32_t i = 1; i < call.table.inputs; ++i)
    if (checkShape(call, i, {1, {input.extents[axis]}}))
      return -1;
  int64_t extents[maxRank];
  for (int32_t i = 0; i < input.rank; ++i)
    extents[i] = input.extents[i];
  for (int32_t i = 0; i < call.table.outputs; ++i)
    if (prepareResult(call, i, input.rank, extents))
      return -1;
  return 0;
}

int32_t run(Call &call, int32_t axis) {
  const Tensor &input = call.tensors[0];
  if (input.isEmpty())
    return 0;
  uint32_t rows = 1;
  for (int32_t i = 0; i < input.rank; ++i)
    rows *= i == axis ? 1 : uint32_t(input.extents[i]);
  call.variant->extents[0] = int32_t(rows);
  call.variant->extents[1] = input.extents[axis];
  Packing packing;
  void *operands[maxOperands];
  Tensor views[maxOperands];
  int32_t inputs = call.table.inputs, count = 0;
  for (int32_t i = 0; i < call.operandCount; ++i) {
    if (i >= inputs && i < call.firstOutput) {
      if (i > inputs) // the kernel does not see the axis
        operands[count++] = call.operands[i];
      continue;
    }
    views[i] = i == 0 || i >= call.firstOutput ? withAxisLast(call.tensors[i], axis) : call.tensors[i];
    operands[count++] = i < inputs ? packing.input(views[i]) : packing.output(views[i]);
  }
  if (packing.isIncomplete() || call.variant->kernels[0](operands))
    return call.outOfMemory();
  packing.finish();
  return 0;
}

} // namespace
} // namespace wasmind::guest

using namespace wasmind::guest;

extern "C" int32_t wasmind_row(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  int32_t axis;
  if (readArguments(call, count, convertAttribute) || readAxis(call, table->inputs, call.tensors[0].rank, axis) ||
      prepare(call, axis))
    return -1;
  return run(call, axis);
}
