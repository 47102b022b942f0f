// Operators along one axis: the other axes are rows, whatever the rank.
#include "runtime/guest/Arguments.h"

namespace wasmind::guest {

namespace {

/// A value of the attribute `axis`: all axes are one row.
constexpr int64_t allAxes = INT32_MAX;

struct Rows {
  int32_t axis;         ///< -1: all
  int32_t rows, length; ///< of the matrix the kernel sees
};

/// The tensor with `axis` as its last one.
Tensor withAxisLast(const Tensor &tensor, int32_t axis) {
  Tensor moved = tensor;
  if (axis < 0 || axis >= tensor.rank)
    return moved;
  for (int32_t i = axis; i + 1 < tensor.rank; ++i) {
    moved.extents[i] = tensor.extents[i + 1];
    moved.steps[i] = tensor.steps[i + 1];
  }
  moved.extents[tensor.rank - 1] = tensor.extents[axis];
  moved.steps[tensor.rank - 1] = tensor.steps[axis];
  return moved;
}

int32_t readAxis(Call &call, Rows &rows) {
  const Tensor &tensor = call.tensors[0];
  int64_t axis = int64_t(call.elements[call.table.inputs]);
  rows.axis = -1;
  rows.rows = rows.length = 1;
  if (axis == allAxes) {
    for (int32_t i = 0; i < tensor.rank; ++i)
      rows.length = int32_t(uint32_t(rows.length) * uint32_t(tensor.extents[i])); // of no elements: any number
    return 0;
  }
  if (axis < 0)
    axis += tensor.rank;
  if (axis < 0 || axis >= tensor.rank) {
    fail(valueError, call.table.name, "axis", int64_t(call.elements[call.table.inputs]));
    appendText(" is not one of shape ");
    appendShape(tensor.extents, tensor.rank);
    return -1;
  }
  rows.axis = int32_t(axis);
  for (int32_t i = 0; i < tensor.rank; ++i)
    if (i == rows.axis)
      rows.length = tensor.extents[i];
    else
      rows.rows = int32_t(uint32_t(rows.rows) * uint32_t(tensor.extents[i]));
  return 0;
}

/// The other inputs are vectors as long as a row.
int32_t checkVectors(Call &call, const Rows &rows) {
  for (int32_t i = 1; i < call.table.inputs; ++i) {
    const Tensor &tensor = call.tensors[i];
    if (tensor.rank == 1 && tensor.extents[0] == rows.length)
      continue;
    fail(valueError, call.table.name, "input", i);
    appendText(" must be a vector of ");
    appendNumber(rows.length);
    appendText(" elements, not of shape ");
    appendShape(tensor.extents, tensor.rank);
    return -1;
  }
  return 0;
}

int32_t prepareOutputs(Call &call, const Rows &rows, int32_t form, bool keepsAxis) {
  const Tensor &input = call.tensors[0];
  int32_t extents[maxRank], rank = 0;
  for (int32_t axis = 0; axis < input.rank; ++axis) {
    bool isReduced = form == RowReduces && (rows.axis < 0 || axis == rows.axis);
    if (!isReduced || keepsAxis)
      extents[rank++] = isReduced ? 1 : input.extents[axis];
  }
  for (int32_t i = 0; i < call.table.outputs; ++i) {
    if (call.prepareOutput(i, rank, extents) || call.refuseOverlap(i))
      return -1;
  }
  return 0;
}

int32_t run(Call &call, const Rows &rows, int32_t form, int32_t skipped) {
  if (call.tensors[call.firstOutput].isEmpty())
    return 0;
  void *packed[maxOperands] = {}, *operands[maxOperands];
  Tensor views[maxOperands];
  int32_t status = 0, inputs = call.table.inputs, count = 0;
  for (int32_t i = 0; i < call.operandCount; ++i) {
    if (i >= inputs && i < call.firstOutput) {
      if (i >= inputs + skipped)
        operands[count++] = call.operands[i];
      continue;
    }
    // A reduced output has one element per row, in the order of the axes that are left.
    bool isMatrix = i == 0 || (i >= call.firstOutput && form == RowKeeps);
    views[i] = isMatrix ? withAxisLast(call.tensors[i], rows.axis) : call.tensors[i];
    void *data = views[i].data;
    if (!isDense(views[i])) {
      uint64_t byteLength = denseByteLength(views[i].type, views[i].rank, views[i].extents);
      data = packed[i] = byteLength >> 32 ? nullptr : wasmind_workspace_allocate(uint32_t(byteLength));
      if (!data)
        status = 1;
      else if (i < inputs)
        copyDense(views[i], static_cast<char *>(data), false);
    }
    operands[count++] = data;
  }
  if (!status)
    status = call.variant->kernels[0](operands);
  for (int32_t i = call.operandCount; i--;) {
    if (packed[i] && i >= inputs && !status)
      copyDense(views[i], static_cast<char *>(packed[i]), true);
    wasmind_workspace_release(packed[i]);
  }
  return status ? call.outOfMemory() : 0;
}

} // namespace
} // namespace wasmind::guest

using namespace wasmind::guest;

extern "C" int32_t wasmind_row(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  if (call.read(count, convertAttribute))
    return -1;
  int32_t form = table->shapes[0];
  bool keepsAxis = form == RowReduces && call.elements[table->inputs + 1];
  Rows rows;
  if (readAxis(call, rows) || checkVectors(call, rows) || prepareOutputs(call, rows, form, keepsAxis))
    return -1;
  call.variant->extents[0] = rows.rows;
  call.variant->extents[1] = rows.length;
  return run(call, rows, form, form == RowReduces ? 2 : 1);
}
