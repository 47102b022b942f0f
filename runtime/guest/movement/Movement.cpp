#include "runtime/guest/movement/Movement.h"
#include "runtime/guest/movement/Tiles.h"

namespace wasmind::guest {

static constexpr uint64_t mostBytes = UINT64_C(1) << 31;

bool Cursor::next() {
  for (int32_t axis = rank; axis--;) {
    bool isInside = ++index[axis] < extents[axis];
    for (int32_t i = 0; i < 2; ++i)
      at[i] += uintptr_t(steps[i][axis]) * (isInside ? 1 : 1 - uintptr_t(extents[axis]));
    if (isInside)
      return true;
    index[axis] = 0;
  }
  return false;
}

void Walk::addAxis(int32_t extent, int32_t toStep, int32_t fromStep) {
  if (extent == 1)
    return;
  int32_t outer = rank - 1;
  // Equal modulo 2^32 is enough: so are the addresses.
  bool goesOn = rank && extents[outer] && uint32_t(toSteps[outer]) == uint32_t(toStep) * uint32_t(extent) &&
                uint32_t(fromSteps[outer]) == uint32_t(fromStep) * uint32_t(extent);
  int32_t axis = goesOn ? outer : rank++;
  extents[axis] = goesOn ? int32_t(uint32_t(extents[axis]) * uint32_t(extent)) : extent;
  toSteps[axis] = toStep;
  fromSteps[axis] = fromStep;
}

Walk::Walk(const Tensor &to, const Tensor &from) : byteWidth(to.byteWidth) {
  for (int32_t axis = 0; axis < to.rank; ++axis)
    addAxis(to.extents[axis], to.steps[axis], from.steps[axis]);
}

void Walk::copy(char *to, const char *from) const {
  if (rank == 0) // not a dense row: memory.copy is slow for one element
    return copyRow(byteWidth, to, 0, from, 0, 1);
  if (rank == 1)
    return copyRow(byteWidth, to, toSteps[0], from, fromSteps[0], uint32_t(extents[0]));
  // Where each tensor is dense along another axis, these two are matrices that lie transposed.
  int32_t last = rank - 1, other = last;
  while (other-- && !(toSteps[last] == byteWidth && fromSteps[other] == byteWidth) &&
         !(fromSteps[last] == byteWidth && toSteps[other] == byteWidth))
    ;
  if (other < 0 || toSteps[last] == fromSteps[last])
    return eachRow(to, from, [&](char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t count) {
      copyRow(byteWidth, to, toStep, from, fromStep, count);
    });
  int32_t columns = toSteps[last] == byteWidth ? last : other, rows = last + other - columns;
  Walk others(byteWidth);
  for (int32_t axis = 0; axis < last; ++axis)
    if (axis != other)
      others.addAxis(extents[axis], toSteps[axis], fromSteps[axis]);
  others.eachRow(to, from, [&](char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t count) {
    for (; count; --count, to += toStep, from += fromStep)
      copyTransposed(byteWidth, to, toSteps[rows], from, fromSteps[columns], uint32_t(extents[rows]),
                     uint32_t(extents[columns]));
  });
}

void fill(const Tensor &tensor, const char *element) {
  Walk walk(tensor.byteWidth);
  for (int32_t axis = 0; axis < tensor.rank; ++axis)
    walk.addAxis(tensor.extents[axis], tensor.steps[axis], 0);
  walk.copy(tensor.data, element);
}

int32_t refuse(const Call &call, const char *what) {
  beginError(valueError);
  appendText(call.table.name);
  appendText(": ");
  appendText(what);
  return -1;
}

int32_t refuse(const Call &call, const char *what, const List &list) {
  refuse(call, what);
  for (int32_t i = 0; i < list.count; ++i) {
    appendText(i ? ", " : " (");
    appendNumber(list.values[i]);
  }
  appendText(list.count ? ")" : " ()");
  return -1;
}

int32_t readArguments(Call &call, int32_t count, Call::Convert convert) {
  if (call.read(count, convert))
    return -1;
  for (int32_t i = 0; i < call.table.inputs; ++i) {
    const Tensor &tensor = call.tensors[i];
    if (denseByteLength(tensor.type, tensor.rank, tensor.extents) < mostBytes)
      continue;
    fail(memoryError, call.table.name, "input", i);
    appendText(" has over 2 GiB: shape ");
    appendShape(tensor);
    return -1;
  }
  return 0;
}

int32_t readList(const Call &call, int32_t operand, int32_t count, List &list) {
  const Tensor &tensor = call.tensors[operand];
  list.count = tensor.rank == 1 ? tensor.extents[0] : tensor.rank == 0 ? 1 : -1;
  if (count < 0 ? uint32_t(list.count) > maxRank : list.count != count) {
    refuse(call, "input", operand);
    appendText(count < 0 ? " must be a vector of at most " : " must be a vector of ");
    appendNumber(count < 0 ? maxRank : count);
    appendText(" elements, not of shape ");
    appendShape(tensor);
    return -1;
  }
  int32_t step = tensor.rank ? tensor.steps[0] : 0;
  for (int32_t i = 0; i < list.count; ++i)
    list.values[i] = *reinterpret_cast<const int64_t *>(tensor.data + i * step);
  return 0;
}

int32_t checkShape(const Call &call, int32_t operand, const List &shape) {
  const Tensor &tensor = call.tensors[operand];
  bool fits = tensor.rank == shape.count;
  for (int32_t axis = 0; axis < shape.count && fits; ++axis)
    fits = tensor.extents[axis] == shape.values[axis];
  if (fits)
    return 0;
  refuse(call, "shape", shape);
  appendText(" is needed of input ");
  appendNumber(operand);
  appendText(", which has shape ");
  appendShape(tensor);
  return -1;
}

int32_t readAxis(const Call &call, int32_t operand, int32_t rank, int32_t &axis) {
  int64_t given = integerOf(call, operand), position = given;
  if (!normalise(position, rank)) {
    refuse(call, "axis", given);
    appendText(" is not one of ");
    appendNumber(rank);
    appendText(rank == 1 ? " axis" : " axes");
    return -1;
  }
  axis = int32_t(position);
  return 0;
}

int64_t readIndex(ElementType type, const char *element) {
  return type == I32 ? *reinterpret_cast<const int32_t *>(element) : *reinterpret_cast<const int64_t *>(element);
}

int32_t prepareResult(Call &call, int32_t index, int32_t rank, const int64_t *extents) {
  if (rank > maxRank) {
    refuse(call, "the result would have rank", rank);
    appendText(", over 8");
    return call.abandon();
  }
  int32_t shape[maxRank];
  for (int32_t axis = 0; axis < rank; ++axis) {
    shape[axis] = int32_t(extents[axis]);
    if (uint64_t(extents[axis]) > INT32_MAX) {
      refuse(call, "the result would have extent", extents[axis]);
      return call.abandon();
    }
  }
  int32_t operand = call.firstOutput + index;
  if (denseByteLength(ElementType(call.variant->dtypes[operand]), rank, shape) >= mostBytes) {
    fail(memoryError, call.table.name, "output", index);
    appendText(" would have over 2 GiB: shape ");
    appendShape(shape, rank);
    return call.abandon();
  }
  if (call.prepareOutput(index, rank, shape) || call.refuseOverlap(index))
    return -1;
  return 0;
}

Tensor without(const Tensor &tensor, int32_t axis) {
  Tensor rest = tensor;
  for (int32_t i = axis; i + 1 < tensor.rank; ++i) {
    rest.extents[i] = tensor.extents[i + 1];
    rest.steps[i] = tensor.steps[i + 1];
  }
  --rest.rank;
  return rest;
}

} // namespace wasmind::guest
