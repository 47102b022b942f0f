//===- OperatorLibrary.h - operators called by name in a memory that grows ----------------------------------------===//
#pragma once
#include "runtime/host/src/Guest.h"
#include "runtime/host/src/OperatorArguments.h"
#include <array>
#include <atomic>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace wasmind::host {
class OperatorLibrary;
}

/// A tensor in a library's memory: a block of the module's allocator that holds descriptor, shape and, but for strided
/// views, elements. What the host relies on is kept here, out of the module's reach.
struct wasmind_guest_tensor {
  /// A block that goes back with its last user.
  struct Block {
    Block(std::shared_ptr<wasmind::host::OperatorLibrary> library, uint32_t address);
    Block(const Block &) = delete;
    ~Block();

    std::shared_ptr<wasmind::host::OperatorLibrary> library;
    uint32_t address;
  };

  wasmind_guest_tensor(std::shared_ptr<wasmind::host::OperatorLibrary> library, uint32_t address)
      : block(std::make_shared<Block>(std::move(library), address)) {}
  wasmind_guest_tensor(const wasmind_guest_tensor &) = delete;

  wasmind_tensor view() const { return {wasmind_dtype(dtype), shape.size(), shape.data(), data, byteLength}; }

  std::shared_ptr<Block> block;         ///< starts with the descriptor
  std::shared_ptr<Block> elementsBlock; ///< of a strided view: the block of the tensor it shows
  wasmind::abi::DType dtype = wasmind::abi::DType::F32;
  std::vector<int64_t> shape;
  std::vector<int64_t> strides; ///< in elements; empty: dense
  uint8_t *data = nullptr;      ///< the element at index 0, 0, ...
  size_t byteLength = 0;        ///< of dense elements from `data` on; with strides 0
  std::span<uint8_t> elements;  ///< of the block: the tensor's own, or of the one that a strided view shows
};

namespace wasmind::host {

using GuestTensor = wasmind_guest_tensor;

/// One instance of a library; one thread at a time, but for `release`. The rules of each call stand in wasmind.h.
class OperatorLibrary : public std::enable_shared_from_this<OperatorLibrary> {
public:
  explicit OperatorLibrary(std::shared_ptr<const Model> model);

  const Model &model() const { return guest.model(); }
  /// Another instance of the same module. Any thread.
  std::shared_ptr<OperatorLibrary> instantiate() const {
    return std::make_shared<OperatorLibrary>(guest.sharedModel());
  }
  const std::vector<abi::Operator> &operators() const { return model().signature().contract().library->operators; }
  size_t find(std::string_view name) const;
  uint64_t memoryByteLength() const { return guest.memoryByteLength(); }

  std::unique_ptr<GuestTensor> tensor(abi::DType dtype, std::span<const int64_t> shape);
  /// Elements of `tensor`, which is of this library: `strides` in elements, `offset` elements behind its first one.
  std::unique_ptr<GuestTensor> strided(const GuestTensor &tensor, int64_t offset, std::span<const int64_t> shape,
                                       std::span<const int64_t> strides);
  std::unique_ptr<GuestTensor> transposed(const GuestTensor &tensor, std::span<const size_t> axes);
  void call(size_t operatorIndex, std::span<const wasmind_argument> arguments, std::span<wasmind_argument> outputs);

  /// Notes a block to be freed when the library is used next. Any thread.
  void release(uint32_t address) noexcept;

private:
  /// Memory that copied tensors use again at the next call.
  struct Block {
    uint32_t address = 0;
    uint64_t byteLength = 0;
  };

  void freeReleased();
  void free(uint32_t address);
  /// A block of the module's memory; throws `Limit` when there is none, the text begins with `who`.
  uint32_t allocate(uint64_t byteLength, const std::string &who);
  /// The block for the elements of copied operand `index`.
  uint32_t stage(size_t index, uint64_t byteLength, const std::string &who);
  /// Writes a descriptor with shape and, when there are any, strides behind it.
  void writeDescriptor(uint32_t address, uint32_t data, abi::DType dtype, std::span<const int64_t> shape,
                       std::span<const int64_t> strides = {});
  void writeArgument(size_t index, uint32_t type, uint64_t value);
  /// `isRead`: whether the operator may look at the elements of a tensor of the caller.
  /// \returns the address of the elements' copy, or 0 for what is in the memory already.
  uint32_t writeOperand(size_t index, const Operand &operand, bool isRead, const std::string &who);
  [[noreturn]] void refused(const abi::Operator &called);
  /// The tensor that the operator made for argument `index`; all of it is checked.
  std::unique_ptr<GuestTensor> takeOutput(const abi::Operator &called, size_t index, const std::string &name,
                                          abi::DType dtype);

  Guest guest;
  wasmtime_func_t allocateFunction = {}, freeFunction = {};
  std::vector<wasmtime_func_t> functions; ///< [operator]
  std::unordered_map<std::string_view, size_t> indices;
  uint32_t frame = 0; ///< block of the arguments, the result and the descriptors of copied tensors
  std::array<Block, abi::maxOperandCount> staged;

  std::mutex releasedMutex;
  std::atomic<bool> hasReleased = false;
  std::vector<uint32_t> released;
};

} // namespace wasmind::host
