#include "runtime/guest/Tensor.h"
#include "runtime/guest/Error.h"
#include "runtime/guest/Memory.h"

namespace wasmind::guest {

static ElementType elementTypeOf(DLDataType type) {
  if (type.lanes != 1)
    return NoElementType;
  // DLPack's own bool has eight bits; TVM writes it as a single unsigned bit as well.
  uint16_t dlpack = uint16_t(type.code | type.bits << 8);
  if (dlpack == (1 | 1 << 8))
    return Bool;
  for (int32_t code = 1; code < ElementTypeCount; ++code) // the most frequent first
    if (elementTypes[code].dlpack == dlpack)
      return ElementType(code);
  return NoElementType;
}

/// Why a descriptor is refused: "what value".
struct Refusal {
  const char *what = nullptr; ///< null: it is not
  int64_t value = 0;
};

/// Whether `byteLength` bytes of 64-bit words can be at `address`.
static bool areWords(const void *address, uint32_t byteLength) {
  return uintptr_t(address) % 8 == 0 && isInMemory(address, byteLength);
}

static int64_t number(const void *address) { return int64_t(uintptr_t(address)); }

static constexpr const char *noTensor = "no tensor, but type index", *unknownType = "unknown element type: code",
                            *noRoom = "no memory to grow behind it; starts at";

static Refusal read(const TVMFFIAny &argument, Tensor &tensor) {
  if (argument.type_index != kTVMFFIDLTensorPtr)
    return {noTensor, argument.type_index};
  const DLTensor *descriptor = static_cast<const DLTensor *>(argument.v_ptr);
  if (!areWords(descriptor, sizeof(DLTensor)))
    return {"no descriptor at", number(descriptor)};
  if (descriptor->device.device_type != 1)
    return {"not on the CPU (1), but device", descriptor->device.device_type};
  tensor.type = elementTypeOf(descriptor->dtype);
  if (!tensor.type)
    return {unknownType, descriptor->dtype.code};
  int32_t rank = descriptor->ndim;
  tensor.rank = rank;
  if (uint32_t(rank) > maxRank)
    return {"rank not 0 to 8:", rank};
  const int64_t *shape = descriptor->shape, *strides = descriptor->strides;
  if (rank && !areWords(shape, 8 * rank))
    return {"no shape at", number(shape)};
  if (rank && strides && !areWords(strides, 8 * rank))
    return {"no strides at", number(strides)};

  // Bytes from the first element down to the lowest one, and up to behind the highest one.
  int64_t width = elementTypes[tensor.type].byteWidth, below = 0, above = width, dense = width;
  bool isEmpty = false, isOutside = false;
  for (int32_t axis = rank; axis--;) {
    int64_t extent = shape[axis], step = dense;
    if (uint64_t(extent) > INT32_MAX)
      return {"bad extent", extent};
    tensor.extents[axis] = int32_t(extent);
    tensor.steps[axis] = 0;
    isEmpty |= extent == 0;
    if (extent < 2 || isOutside)
      continue;
    if (strides)
      // Longer ones than 2^31 bytes are not supported; the product of those that pass here cannot overflow.
      step = strides[axis] == int32_t(strides[axis]) ? strides[axis] * width : INT64_C(1) << 32;
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
    return {};
  uint64_t offset = descriptor->byte_offset;
  int64_t first = int64_t(uintptr_t(tensor.data)) + int64_t(offset >> 32 ? UINT64_C(1) << 33 : offset);
  if (isOutside || !tensor.data || first + below <= 0 || first + above > int64_t(memoryByteLength()))
    return {"leaves the memory; starts at", first};
  if (first & (width - 1))
    return {"not aligned: starts at", first};
  if (first + above + slackByteLength > int64_t(memoryByteLength()) && __builtin_wasm_memory_grow(0, 1) == size_t(-1))
    return {noRoom, first};
  tensor.data = reinterpret_cast<char *>(uintptr_t(first));
  tensor.begin = uint32_t(first + below);
  tensor.last = uint32_t(first + above - 1);
  return {};
}

int32_t failOperand(const OperatorTable &table, int32_t operand, const char *what, const char *kind) {
  int32_t output = operand - (table.inputs + table.attributes);
  fail(kind, table.name, output < 0 ? "input" : "output", output < 0 ? operand : output);
  appendText(what);
  return -1;
}

int32_t readTensor(const OperatorTable &table, int32_t operand, const TVMFFIAny &argument, Tensor &tensor) {
  Refusal refusal = read(argument, tensor);
  if (!refusal.what)
    return 0;
  bool isType = refusal.what == noTensor || refusal.what == unknownType;
  failOperand(table, operand, ": ", isType ? typeError : refusal.what == noRoom ? memoryError : valueError);
  appendText(refusal.what);
  appendText(" ");
  appendNumber(refusal.value);
  if (refusal.what == unknownType) {
    DLDataType type = static_cast<const DLTensor *>(argument.v_ptr)->dtype;
    appendText(", bits ");
    appendNumber(type.bits);
    appendText(", lanes ");
    appendNumber(type.lanes);
  }
  return -1;
}

bool isWritable(const Tensor &tensor) {
  // Each axis must step over everything that axes of shorter or equal steps reach.
  for (int32_t axis = 0; axis < tensor.rank; ++axis) {
    uint32_t step = uint32_t(__builtin_abs(tensor.steps[axis])), reach = 0;
    for (int32_t other = 0; other < tensor.rank; ++other) {
      uint32_t inner = uint32_t(__builtin_abs(tensor.steps[other]));
      if (other != axis && inner <= step)
        reach += inner * uint32_t(tensor.extents[other] - 1); // inside the memory
    }
    if (tensor.extents[axis] > 1 && step <= reach)
      return tensor.isEmpty();
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
  *tensor = {block + head,
             {1, 0},
             rank,
             {uint8_t(facts.dlpack), uint8_t(facts.dlpack >> 8), 1},
             reinterpret_cast<int64_t *>(tensor + 1),
             nullptr,
             0};
  for (int32_t axis = 0; axis < rank; ++axis)
    tensor->shape[axis] = extents[axis];
  return tensor;
}

} // namespace wasmind::guest
