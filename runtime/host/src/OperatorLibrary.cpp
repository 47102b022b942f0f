//===- OperatorLibrary.cpp - operators called by name in a memory that grows --------------------------------------===//
#include "runtime/host/src/OperatorLibrary.h"
#include "runtime/host/src/OperatorArguments.h"
#include <algorithm>
#include <bit>
#include <cstring>

wasmind_guest_tensor::Block::Block(std::shared_ptr<wasmind::host::OperatorLibrary> library, uint32_t address)
    : library(std::move(library)), address(address) {}

wasmind_guest_tensor::Block::~Block() { library->release(address); }

namespace wasmind::host {
namespace {

// The frame: arguments, the result, a descriptor with shape per operand.
constexpr uint32_t resultOffset = uint32_t(abi::maxOperandCount * abi::argumentByteLength);
constexpr uint32_t descriptorsOffset = 256, descriptorStride = 128;
constexpr uint32_t frameByteLength = descriptorsOffset + uint32_t(abi::maxOperandCount) * descriptorStride;
static_assert(resultOffset + abi::argumentByteLength <= descriptorsOffset);
static_assert(abi::tensorByteLength + 8 * abi::maxOperandRank <= descriptorStride);

/// Blocks up to this are kept for the next call.
constexpr uint64_t keptByteLength = 1 << 20;

constexpr uint64_t aligned(uint64_t byteLength) {
  return (byteLength + abi::tensorAlignment - 1) / abi::tensorAlignment * abi::tensorAlignment;
}

// Wasm is little-endian, and so are the hosts that wasmtime has releases for.
template <typename Word> void write(uint8_t *at, Word word) { std::memcpy(at, &word, sizeof word); }
template <typename Word> Word read(const uint8_t *at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

} // namespace

OperatorLibrary::OperatorLibrary(std::shared_ptr<const Model> model) : guest(model, model->memoryLimit()) {
  if (guest.hasExport(abi::initializeExport))
    guest.call(guest.function(abi::initializeExport), {});
  allocateFunction = guest.function(abi::allocateExport);
  freeFunction = guest.function(abi::freeExport);
  for (const abi::Operator &each : operators()) {
    indices.emplace(each.name, functions.size());
    functions.push_back(guest.function(each.exportName));
  }
  frame = allocate(frameByteLength, guest.model().name());
}

size_t OperatorLibrary::find(std::string_view name) const {
  if (auto found = indices.find(name); found != indices.end())
    return found->second;
  std::string nearest = nearestOperator(operators(), name);
  throw Failure(WASMIND_INVALID_ARGUMENT,
                model().name() + ": no operator '" + std::string(name) + "'" + (nearest.empty() ? "" : "; " + nearest));
}

void OperatorLibrary::release(uint32_t address) noexcept {
  std::lock_guard lock(releasedMutex);
  try {
    released.push_back(address);
    hasReleased.store(true, std::memory_order_release);
  } catch (...) { // no memory to note it: the block stays taken until the library ends
  }
}

void OperatorLibrary::freeReleased() {
  if (!hasReleased.load(std::memory_order_acquire))
    return;
  std::vector<uint32_t> addresses;
  {
    std::lock_guard lock(releasedMutex);
    addresses.swap(released);
    hasReleased.store(false, std::memory_order_relaxed);
  }
  for (uint32_t address : addresses)
    free(address);
}

void OperatorLibrary::free(uint32_t address) {
  wasmtime_val_raw_t value = {};
  value.i32 = int32_t(address);
  guest.call(freeFunction, {&value, 1});
}

uint32_t OperatorLibrary::allocate(uint64_t byteLength, const std::string &who) {
  uint32_t address = 0;
  if (byteLength <= UINT32_MAX) {
    wasmtime_val_raw_t value = {};
    value.i32 = int32_t(uint32_t(byteLength));
    guest.call(allocateFunction, {&value, 1});
    address = uint32_t(value.i32);
  }
  if (address == 0)
    throw Failure(WASMIND_LIMIT,
                  who + ": out of memory: " + std::to_string(byteLength) + " bytes beside the " +
                      std::to_string(guest.memoryByteLength()) + " that the library has, of at most " +
                      std::to_string(model().memoryLimit()),
                  "MemoryError");
  if (address % abi::tensorAlignment != 0 || address + byteLength > guest.memoryByteLength())
    guest.breakDown(WASMIND_INVALID_MODULE, std::string(abi::allocateExport) +
                                                " broke the contract: " + std::to_string(byteLength) +
                                                " bytes at address " + std::to_string(address));
  return address;
}

uint32_t OperatorLibrary::stage(size_t index, uint64_t byteLength, const std::string &who) {
  Block &block = staged[index];
  if (byteLength > keptByteLength) {
    uint32_t address = allocate(byteLength, who);
    release(address); // at the next use, so after this call
    return address;
  }
  if (block.address != 0 && byteLength <= block.byteLength)
    return block.address;
  if (block.address != 0) {
    uint32_t old = block.address;
    block = {};
    free(old);
  }
  // Twice as much, so that slowly growing tensors do not move at every call.
  uint64_t wanted = std::max<uint64_t>(256, std::min(2 * byteLength, keptByteLength));
  block = {allocate(wanted, who), wanted};
  return block.address;
}

void OperatorLibrary::writeDescriptor(uint32_t address, uint32_t data, abi::DType dtype, std::span<const int64_t> shape,
                                      std::span<const int64_t> strides) {
  const uint32_t shapeAddress = address + uint32_t(abi::tensorByteLength);
  uint8_t *at = guest.memory() + address;
  const abi::DLPackType type = abi::toDLPack(dtype);
  std::memset(at, 0, abi::tensorByteLength);
  write<uint32_t>(at + abi::tensorDataOffset, data);
  write<uint32_t>(at + abi::tensorDeviceTypeOffset, uint32_t(abi::deviceTypeCpu));
  write<uint32_t>(at + abi::tensorRankOffset, uint32_t(shape.size()));
  at[abi::tensorTypeCodeOffset] = type.code;
  at[abi::tensorBitsOffset] = type.bits;
  at[abi::tensorLanesOffset] = 1;
  write<uint32_t>(at + abi::tensorShapeOffset, shapeAddress);
  if (!strides.empty())
    write<uint32_t>(at + abi::tensorStridesOffset, uint32_t(shapeAddress + 8 * shape.size()));
  std::memcpy(at + abi::tensorByteLength, shape.data(), shape.size_bytes());
  std::memcpy(at + abi::tensorByteLength + shape.size_bytes(), strides.data(), strides.size_bytes());
}

std::unique_ptr<GuestTensor> OperatorLibrary::tensor(abi::DType dtype, std::span<const int64_t> shape) {
  guest.requireUsable();
  freeReleased();
  const std::string who = model().name();
  const uint64_t byteLength = operandByteLength(who, "tensor", dtype, shape);
  const uint64_t head = aligned(abi::tensorByteLength + 8 * shape.size());
  std::string extents;
  for (int64_t extent : shape)
    extents += (extents.empty() ? "" : ", ") + std::to_string(extent);
  const uint32_t address =
      allocate(head + byteLength, std::string(abi::nameOf(dtype)) + " tensor of shape [" + extents + "]");
  auto made = std::make_unique<GuestTensor>(shared_from_this(), address);
  made->dtype = dtype;
  made->shape.assign(shape.begin(), shape.end());
  made->data = guest.memory() + address + head;
  made->byteLength = size_t(byteLength);
  made->elements = {made->data, made->byteLength};
  writeDescriptor(address, uint32_t(address + head), dtype, shape);
  return made;
}

std::unique_ptr<GuestTensor> OperatorLibrary::strided(const GuestTensor &tensor, int64_t offset,
                                                      std::span<const int64_t> shape,
                                                      std::span<const int64_t> strides) {
  guest.requireUsable();
  freeReleased();
  const std::string who = model().name();
  operandByteLength(who, "strided", tensor.dtype, shape); // rank and extents
  const int64_t width = int64_t(abi::byteWidth(tensor.dtype)), count = int64_t(tensor.elements.size()) / width;
  // Longer steps leave every tensor; with shorter ones no sum or product overflows.
  constexpr int64_t bound = int64_t(1) << 31;
  const bool isEmpty = std::find(shape.begin(), shape.end(), 0) != shape.end();
  bool isInside = offset >= -bound && offset <= bound, isDense = true;
  int64_t lowest = isInside ? (tensor.data - tensor.elements.data()) / width + offset : -1, highest = lowest, dense = 1;
  for (size_t axis = shape.size(); axis-- && isInside && !isEmpty;) {
    if (shape[axis] == 1)
      continue;
    isInside = strides[axis] >= -bound && strides[axis] <= bound;
    if (isInside)
      (strides[axis] < 0 ? lowest : highest) += strides[axis] * (shape[axis] - 1);
    isInside &= highest - lowest < count;
    isDense &= isInside && strides[axis] == dense;
    if (isDense)
      dense *= shape[axis];
  }
  if (!isInside || lowest < 0 || highest >= count + isEmpty)
    throw Failure(WASMIND_INVALID_ARGUMENT,
                  who + ": 'strided': elements outside of the tensor, which has " + std::to_string(count));
  const uint32_t address = allocate(abi::tensorByteLength + 16 * shape.size(), who);
  auto made = std::make_unique<GuestTensor>(shared_from_this(), address);
  made->elementsBlock = tensor.elementsBlock ? tensor.elementsBlock : tensor.block;
  made->dtype = tensor.dtype;
  made->shape.assign(shape.begin(), shape.end());
  made->data = tensor.data + offset * width;
  made->elements = tensor.elements;
  if (isDense)
    made->byteLength = size_t(isEmpty ? 0 : dense * width);
  else
    made->strides.assign(strides.begin(), strides.end());
  writeDescriptor(address, uint32_t(made->data - guest.memory()), tensor.dtype, made->shape, made->strides);
  return made;
}

std::unique_ptr<GuestTensor> OperatorLibrary::transposed(const GuestTensor &tensor, std::span<const size_t> axes) {
  const size_t rank = tensor.shape.size();
  std::vector<int64_t> steps = tensor.strides, shape, strides;
  if (steps.empty())
    steps.assign(rank, 1);
  for (size_t axis = rank; axis-- > 1 && tensor.strides.empty();)
    steps[axis - 1] = steps[axis] * std::max<int64_t>(1, tensor.shape[axis]);
  uint32_t taken = 0;
  for (size_t axis = 0; axis < rank && (axes.empty() || axes.size() == rank); ++axis) {
    const size_t from = axes.empty() ? rank - 1 - axis : axes[axis];
    if (from >= rank || taken >> from & 1)
      break;
    taken |= 1u << from;
    shape.push_back(tensor.shape[from]);
    strides.push_back(steps[from]);
  }
  if (shape.size() != rank)
    throw Failure(WASMIND_INVALID_ARGUMENT,
                  model().name() + ": 'transposed': no order of the " + std::to_string(rank) + " axes");
  return strided(tensor, 0, shape, strides);
}

void OperatorLibrary::writeArgument(size_t index, uint32_t type, uint64_t value) {
  uint8_t *at = guest.memory() + frame + index * abi::argumentByteLength;
  write<uint32_t>(at + abi::argumentTypeOffset, type);
  write<uint32_t>(at + abi::argumentTypeOffset + 4, 0);
  write<uint64_t>(at + abi::argumentValueOffset, value);
}

uint32_t OperatorLibrary::writeOperand(size_t index, const Operand &operand, bool isRead, const std::string &who) {
  switch (operand.kind) {
  case Operand::None:
    writeArgument(index, abi::typeIndexNone, 0);
    break;
  case Operand::GuestTensor:
    if (operand.guest->block->library.get() != this)
      throw Failure(WASMIND_INVALID_ARGUMENT, who + ": a tensor of another library");
    writeArgument(index, abi::typeIndexTensor, operand.guest->block->address);
    break;
  case Operand::HostTensor: {
    const wasmind_tensor &tensor = operand.tensor;
    const uint32_t data = stage(index, tensor.byte_length, who);
    if (isRead && tensor.byte_length != 0)
      std::memmove(guest.memory() + data, tensor.data, tensor.byte_length); // the caller's may lie in the guest, too
    const auto address = uint32_t(frame + descriptorsOffset + index * descriptorStride);
    writeDescriptor(address, data, abi::DType(tensor.dtype), {tensor.shape, tensor.rank});
    writeArgument(index, abi::typeIndexTensor, address);
    return data;
  }
  case Operand::Integer:
    writeArgument(index, abi::typeIndexInt, uint64_t(operand.integer));
    break;
  case Operand::Boolean:
    writeArgument(index, abi::typeIndexBool, uint64_t(operand.integer));
    break;
  case Operand::Number:
    writeArgument(index, abi::typeIndexFloat, std::bit_cast<uint64_t>(operand.number));
    break;
  }
  return 0;
}

void OperatorLibrary::refused(const abi::Operator &called) {
  // "KIND: Name: what", where other people's kernels leave out the name.
  std::string text = guest.errorText();
  const char *kind = "";
  for (const char *known : {"TypeError", "ValueError", "MemoryError"})
    if (const std::string head = known + std::string(": "); text.starts_with(head)) {
      text.erase(0, head.size());
      kind = known;
      break;
    }
  const wasmind_status status = kind == std::string_view("MemoryError") ? WASMIND_LIMIT : WASMIND_INVALID_ARGUMENT;
  if (text.empty())
    text = "failed without a text";
  throw Failure(status, text.starts_with(called.name + ": ") ? text : called.name + ": " + text, kind);
}

std::unique_ptr<GuestTensor> OperatorLibrary::takeOutput(const abi::Operator &called, size_t index,
                                                         const std::string &name, abi::DType dtype) {
  auto broken = [&](const std::string &what) {
    guest.breakDown(WASMIND_INVALID_MODULE, called.name + " broke the contract: output '" + name + "': " + what);
  };
  const uint64_t memoryEnd = guest.memoryByteLength();
  const uint8_t *memory = guest.memory(), *argument = memory + frame + index * abi::argumentByteLength;
  if (read<uint32_t>(argument + abi::argumentTypeOffset) != abi::typeIndexTensor)
    broken("it is no tensor");
  const auto address = read<uint32_t>(argument + abi::argumentValueOffset);
  if (address == 0 || address % 8 != 0 || address + abi::tensorByteLength > memoryEnd)
    broken("there is no tensor at address " + std::to_string(address));
  auto made = std::make_unique<GuestTensor>(shared_from_this(), address);
  const uint8_t *at = memory + address;
  const auto rank = read<uint32_t>(at + abi::tensorRankOffset), shape = read<uint32_t>(at + abi::tensorShapeOffset);
  if (rank > abi::maxOperandRank)
    broken("rank " + std::to_string(rank) + " is over " + std::to_string(abi::maxOperandRank));
  if (rank != 0 && (shape % 8 != 0 || shape + uint64_t(8) * rank > memoryEnd))
    broken("there is no shape at address " + std::to_string(shape));
  const abi::DLPackType type{at[abi::tensorTypeCodeOffset], at[abi::tensorBitsOffset]};
  if (type != abi::toDLPack(dtype) || read<uint16_t>(at + abi::tensorLanesOffset) != 1)
    broken("its element type is not " + std::string(abi::nameOf(dtype)));
  if (read<uint32_t>(at + abi::tensorDeviceTypeOffset) != abi::deviceTypeCpu ||
      read<uint32_t>(at + abi::tensorStridesOffset) != 0)
    broken("it is not dense on the CPU");
  for (uint32_t axis = 0; axis < rank; ++axis) {
    const auto extent = read<int64_t>(memory + shape + 8 * axis);
    if (extent < 0 || uint64_t(extent) > abi::maxExtent)
      broken("extent " + std::to_string(extent));
    made->shape.push_back(extent);
  }
  const std::optional<uint64_t> byteLength = abi::actualByteLength(dtype, made->shape);
  const auto offset = read<uint64_t>(at + abi::tensorByteOffsetOffset);
  const auto data = read<uint32_t>(at + abi::tensorDataOffset);
  if (!byteLength || *byteLength > memoryEnd || offset > memoryEnd || data + offset + *byteLength > memoryEnd ||
      (data + offset) % abi::byteWidth(dtype) != 0)
    broken("its elements are not inside the memory, or not aligned");
  made->dtype = dtype;
  made->data = guest.memory() + data + offset;
  made->byteLength = size_t(*byteLength);
  made->elements = {made->data, made->byteLength};
  return made;
}

void OperatorLibrary::call(size_t operatorIndex, std::span<const wasmind_argument> arguments,
                           std::span<wasmind_argument> outputs) {
  if (operatorIndex >= operators().size())
    throw Failure(WASMIND_INVALID_ARGUMENT, model().name() + ": no operator " + std::to_string(operatorIndex) +
                                                ", it has " + std::to_string(operators().size()));
  guest.requireUsable();
  freeReleased();
  const abi::Operator &called = operators()[operatorIndex];
  OperatorArguments bound;
  bindArguments(called, arguments, outputs, bound);
  std::array<uint32_t, abi::maxOperandCount> copied;
  // What is written only is the caller's affair until then; the kernels of others may add to it.
  for (size_t index = 0; index < bound.count; ++index)
    copied[index] = writeOperand(index, bound.operands[index],
                                 index < bound.firstOutput || called.origin == abi::Origin::Linked, called.name);
  std::memset(guest.memory() + frame + resultOffset, 0, abi::argumentByteLength);

  wasmtime_val_raw_t values[4] = {};
  values[1].i32 = int32_t(frame);
  values[2].i32 = int32_t(bound.count);
  values[3].i32 = int32_t(frame + resultOffset);
  guest.call(functions[operatorIndex], values);
  if (values[0].i32 != 0)
    refused(called);

  std::vector<std::unique_ptr<GuestTensor>> made;
  for (size_t index = 0; index < outputs.size(); ++index) {
    const size_t place = bound.firstOutput + index;
    const Operand &operand = bound.operands[place];
    if (operand.kind == Operand::None && bound.variant)
      made.push_back(takeOutput(called, place, called.outputs[index], bound.variant->outputs[index]));
    else if (operand.kind == Operand::HostTensor && operand.tensor.byte_length != 0)
      std::memmove(operand.tensor.data, guest.memory() + copied[place], operand.tensor.byte_length);
  }
  // Nothing fails from here on.
  auto next = made.begin();
  for (wasmind_argument &output : outputs)
    if (output.kind == WASMIND_NONE && next != made.end()) {
      output.kind = WASMIND_GUEST_TENSOR;
      output.of.guest = next++->release();
    }
}

} // namespace wasmind::host
