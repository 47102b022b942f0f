#include "runtime/guest/Tensor.h"
#include "runtime/guest/Error.h"
#include "runtime/guest/Memory.h"

namespace wasmind::guest {

static ElementType elementTypeOf(DLDataType type) {
  if (type.lanes != 1)
    return NoElementType;
  // DLPack's own bool has eight bits; TVM writes it as a single unsigned bit as well.
  if (type.code == 1 && type.bits == 1)
    return Bool;
  for (int32_t code = 1; code < ElementTypeCount; ++code) // the most frequent first
    if (elementTypes[code].dlpackCode == type.code && elementTypes[code].dlpackBits == type.bits)
      return ElementType(code);
  return NoElementType;
}

/// "Add: input 0: what value"
static int32_t refuse(const OperatorTable &table, int32_t operand, const char *what, int64_t value,
                      const char *error = valueError) {
  int32_t output = operand - (table.inputs + table.attributes);
  fail(error, table.name, output < 0 ? "input" : "output", output < 0 ? operand : output);
  appendText(": ");
  appendText(what);
  appendText(" ");
  appendNumber(value);
  return -1;
}

/// Whether `byteLength` bytes of 64-bit words cannot be at `address`.
static int32_t refuseAddress(const OperatorTable &table, int32_t operand, const char *what, const void *address,
                             uint32_t byteLength) {
  if (uintptr_t(address) % 8 == 0 && isInMemory(address, byteLength))
    return 0;
  return refuse(table, operand, what, int64_t(uintptr_t(address)));
}

int32_t readTensor(const OperatorTable &table, int32_t operand, const TVMFFIAny &argument, Tensor &tensor) {
  if (argument.type_index != kTVMFFIDLTensorPtr)
    return refuse(table, operand, "no tensor, but type index", argument.type_index, typeError);
  const DLTensor *descriptor = static_cast<const DLTensor *>(argument.v_ptr);
  if (refuseAddress(table, operand, "no descriptor at", descriptor, sizeof(DLTensor)))
    return -1;
  if (descriptor->device.device_type != 1)
    return refuse(table, operand, "not on the CPU (1), but device", descriptor->device.device_type);
  DLDataType type = descriptor->dtype;
  tensor.type = elementTypeOf(type);
  if (!tensor.type) {
    refuse(table, operand, "unknown element type: code", type.code, typeError);
    appendText(", bits ");
    appendNumber(type.bits);
    appendText(", lanes ");
    appendNumber(type.lanes);
    return -1;
  }
  int32_t rank = descriptor->ndim;
  tensor.rank = rank;
  if (uint32_t(rank) > maxRank)
    return refuse(table, operand, "rank not 0 to 8:", rank);
  const int64_t *shape = descriptor->shape, *strides = descriptor->strides;
  if (rank && refuseAddress(table, operand, "no shape at", shape, 8 * rank))
    return -1;
  if (rank && strides && refuseAddress(table, operand, "no strides at", strides, 8 * rank))
    return -1;

  // Bytes from the first element down to the lowest one, and up to behind the highest one.
  int64_t width = elementTypes[tensor.type].byteWidth, below = 0, above = width, dense = width;
  bool isEmpty = false, isOutside = false;
  for (int32_t axis = rank; axis--;) {
    int64_t extent = shape[axis], step = dense;
    if (uint64_t(extent) > INT32_MAX)
      return refuse(table, operand, "bad extent", extent);
    tensor.extents[axis] = int32_t(extent);
    tensor.steps[axis] = 0;
    isEmpty |= extent == 0;
    if (extent < 2 || isOutside)
      continue;
    if (strides)
      // Longer ones than 2^31 bytes are not supported; the product of those that pass here cannot overflow.
      step = strides[axis] == int32_t(strides[axis]) ? strides[axis] * width : INT64_MAX;
    else
      dense *= extent; // below 2^32 while `above` is
    tensor.steps[axis] = int32_t(step);
    isOutside = step != int32_t(step);
    if (!isOutside)
      (step < 0 ? below : above) += step * (extent - 1); // below 2^62, added to at most 2^32
    isOutside |= above - below > INT64_C(1) << 32;
  }
  tensor.byteWidth = int32_t(width);
  tensor.data = static_cast<char *>(descriptor->data);
  tensor.begin = 1;
  tensor.last = 0;
  if (isEmpty)
    return 0;
  uint64_t offset = descriptor->byte_offset;
  int64_t first = int64_t(uintptr_t(tensor.data)) + int64_t(offset >> 32 ? UINT64_C(1) << 33 : offset);
  if (isOutside || !tensor.data || first + below <= 0 || first + above > int64_t(memoryByteLength()))
    return refuse(table, operand, "leaves the memory; starts at", first);
  if (first & (width - 1))
    return refuse(table, operand, "not aligned: starts at", first);
  if (first + above + slackByteLength > int64_t(memoryByteLength()) && __builtin_wasm_memory_grow(0, 1) == size_t(-1))
    return refuse(table, operand, "no memory to grow behind it; starts at", first, memoryError);
  tensor.data = reinterpret_cast<char *>(uintptr_t(first));
  tensor.begin = uint32_t(first + below);
  tensor.last = uint32_t(first + above - 1);
  return 0;
}

bool isWritable(const Tensor &tensor) {
  // Each axis, the shortest step first, must step over everything that lies within it.
  uint32_t done = 0, reach = 0;
  for (int32_t round = 0; round < tensor.rank; ++round) {
    int32_t inner = 0;
    uint32_t shortest = UINT32_MAX;
    for (int32_t axis = 0; axis < tensor.rank; ++axis) {
      uint32_t step = uint32_t(__builtin_abs(tensor.steps[axis]));
      if (!(done >> axis & 1) && step < shortest) {
        inner = axis;
        shortest = step;
      }
    }
    done |= 1u << inner;
    if (tensor.extents[inner] < 2)
      continue;
    if (shortest <= reach)
      return tensor.isEmpty();
    reach += shortest * uint32_t(tensor.extents[inner] - 1); // inside the memory
  }
  return true;
}

bool isDense(const Tensor &tensor) {
  int32_t dense = tensor.byteWidth;
  for (int32_t axis = tensor.rank; axis-- && !tensor.isEmpty();) {
    if (tensor.extents[axis] > 1 && tensor.steps[axis] != dense)
      return false;
    dense *= tensor.extents[axis];
  }
  return true;
}

template <typename Element>
static void copyElements(char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t count) {
  for (; count; --count, to += toStep, from += fromStep)
    *reinterpret_cast<Element *>(to) = *reinterpret_cast<const Element *>(from);
}

void copyRow(int32_t byteWidth, char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t count) {
  if (toStep == fromStep && toStep == byteWidth)
    __builtin_memcpy(to, from, count * uint32_t(byteWidth));
  else if (byteWidth == 1)
    copyElements<uint8_t>(to, toStep, from, fromStep, count);
  else if (byteWidth == 2)
    copyElements<uint16_t>(to, toStep, from, fromStep, count);
  else if (byteWidth == 4)
    copyElements<uint32_t>(to, toStep, from, fromStep, count);
  else
    copyElements<uint64_t>(to, toStep, from, fromStep, count);
}

void copyDense(const Tensor &tensor, char *dense, bool toTensor) {
  if (tensor.isEmpty())
    return;
  int32_t width = tensor.byteWidth, last = tensor.rank - 1;
  uint32_t row = last < 0 ? 1 : uint32_t(tensor.extents[last]);
  int32_t step = last < 0 ? width : tensor.steps[last], index[maxRank] = {};
  char *data = tensor.data;
  for (;;) {
    if (toTensor)
      copyRow(width, data, step, dense, width, row);
    else
      copyRow(width, dense, width, data, step, row);
    dense += row * uint32_t(width);
    int32_t axis = last - 1;
    for (; axis >= 0; --axis) {
      data += tensor.steps[axis];
      if (++index[axis] < tensor.extents[axis])
        break;
      data -= tensor.steps[axis] * index[axis];
      index[axis] = 0;
    }
    if (axis < 0)
      return;
  }
}

uint64_t denseByteLength(ElementType type, int32_t rank, const int32_t *extents) {
  constexpr uint64_t most = UINT64_C(1) << 32;
  uint64_t byteLength = elementTypes[type].byteWidth;
  for (int32_t axis = 0; axis < rank; ++axis) {
    if (!extents[axis])
      return 0;
    byteLength *= uint32_t(extents[axis]);
    byteLength = byteLength < most ? byteLength : most;
  }
  return byteLength;
}

DLTensor *allocateTensor(ElementType type, int32_t rank, const int32_t *extents) {
  const ElementTypeFacts &facts = elementTypes[type];
  uint32_t head = uint32_t(sizeof(DLTensor) + 8 * rank + 63) & ~63u;
  uint64_t byteLength = head + denseByteLength(type, rank, extents);
  char *block = byteLength >> 32 ? nullptr : static_cast<char *>(wasmind_allocate(uint32_t(byteLength)));
  DLTensor *tensor = reinterpret_cast<DLTensor *>(block);
  if (!tensor)
    return nullptr;
  *tensor = {
      block + head, {1, 0}, rank, {facts.dlpackCode, facts.dlpackBits, 1}, reinterpret_cast<int64_t *>(tensor + 1),
      nullptr,      0};
  for (int32_t axis = 0; axis < rank; ++axis)
    tensor->shape[axis] = extents[axis];
  return tensor;
}

} // namespace wasmind::guest
