//===- wasmindTensor.hpp - tensors, results, load options ---------------------------------------------------------===//
//
// What models and operator libraries take and give. Included by wasmind.hpp.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "wasmind.h"
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace wasmind {

/// How a call failed; the meaning of each stands at wasmind_status.
enum class Status {
  InvalidArgument = WASMIND_INVALID_ARGUMENT,
  InvalidModule = WASMIND_INVALID_MODULE,
  Unsupported = WASMIND_UNSUPPORTED,
  Limit = WASMIND_LIMIT,
  Trap = WASMIND_TRAP,
  Io = WASMIND_IO,
};

enum class DType {
  F32 = WASMIND_F32,
  F64 = WASMIND_F64,
  F16 = WASMIND_F16,
  BF16 = WASMIND_BF16,
  I8 = WASMIND_I8,
  I16 = WASMIND_I16,
  I32 = WASMIND_I32,
  I64 = WASMIND_I64,
  U8 = WASMIND_U8,
  U16 = WASMIND_U16,
  U32 = WASMIND_U32,
  U64 = WASMIND_U64,
  Bool = WASMIND_BOOL,
};

inline std::string_view nameOf(DType dtype) {
  const char *name = wasmind_dtype_name(static_cast<wasmind_dtype>(dtype));
  return name ? name : "";
}
inline std::string_view nameOf(Status status) { return wasmind_status_name(static_cast<wasmind_status>(status)); }
/// Bytes of one element.
inline size_t byteWidth(DType dtype) { return wasmind_dtype_byte_width(static_cast<wasmind_dtype>(dtype)); }

/// The element type of a C++ type. f16 and bf16 have none: make such tensors from raw bytes.
template <typename T> constexpr DType dtypeOf() {
  if constexpr (std::is_same_v<T, float>)
    return DType::F32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::F64;
  else if constexpr (std::is_same_v<T, bool>)
    return DType::Bool;
  else {
    static_assert(std::is_integral_v<T>, "no element type for this C++ type");
    constexpr bool isSigned = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1)
      return isSigned ? DType::I8 : DType::U8;
    else if constexpr (sizeof(T) == 2)
      return isSigned ? DType::I16 : DType::U16;
    else if constexpr (sizeof(T) == 4)
      return isSigned ? DType::I32 : DType::U32;
    else
      return isSigned ? DType::I64 : DType::U64;
  }
}

struct Error {
  Status status = Status::InvalidArgument;
  std::string text; ///< one line of UTF-8
};

/// A value or an error; ask before reading.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : stored(std::move(value)) {}
  Result(Error error) : failure(std::move(error)) {}
  explicit operator bool() const { return stored.has_value(); }
  T &operator*() { return assert(stored), *stored; }
  const T &operator*() const { return assert(stored), *stored; }
  T *operator->() { return assert(stored), &*stored; }
  const T *operator->() const { return assert(stored), &*stored; }
  const Error &error() const { return assert(!stored), failure; }

private:
  std::optional<T> stored;
  Error failure;
};

/// Success or an error.
template <> class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error) : failure(std::move(error)) {}
  explicit operator bool() const { return !failure.has_value(); }
  const Error &error() const { return assert(failure), *failure; }

private:
  std::optional<Error> failure;
};

/// A view of dense row-major elements; owns its shape, never its data.
class Tensor {
public:
  Tensor() = default;
  Tensor(DType dtype, std::vector<int64_t> shape, void *data, size_t byteLength)
      : elementType(dtype), extents(std::move(shape)), bytes(static_cast<std::byte *>(data), byteLength) {}

  /// A view of a contiguous container of elements, such as std::vector<float>.
  template <typename Range> static Tensor of(Range &&range, std::vector<int64_t> shape) {
    auto elements = std::span(range);
    using Element = std::remove_cv_t<typename decltype(elements)::element_type>;
    return Tensor(dtypeOf<Element>(), std::move(shape), const_cast<Element *>(elements.data()), elements.size_bytes());
  }

  DType dtype() const { return elementType; }
  const std::vector<int64_t> &shape() const { return extents; }
  std::byte *data() const { return bytes.data(); }
  size_t byteLength() const { return bytes.size(); }
  /// The elements; `T` must be the C++ type of the dtype (asserted).
  template <typename T> std::span<T> elements() const {
    assert(dtypeOf<std::remove_cv_t<T>>() == elementType);
    return {reinterpret_cast<T *>(bytes.data()), bytes.size() / sizeof(T)};
  }

private:
  DType elementType = DType::F32;
  std::vector<int64_t> extents;
  std::span<std::byte> bytes;
};

/// wasmind_load_options: what the numbers mean stands there. Zero and empty are the defaults.
struct LoadOptions {
  uint64_t maxMemoryByteLength = 0;
  uint64_t maxModuleByteLength = 0;
  uint64_t timeLimitMs = 0;
  bool disableCache = false;
  std::string cacheFolder;
  std::string weightsFolder;
  uint64_t maxCodeByteLength = 0;
};

namespace detail {
template <auto Delete> struct Deleter {
  template <typename T> void operator()(T *object) const { Delete(object); }
};
inline Error takeError(wasmind_status status, wasmind_error *error) {
  Error taken{static_cast<Status>(status), wasmind_error_text(error)};
  wasmind_error_delete(error);
  return taken;
}
/// The C options; they point into the given ones.
inline wasmind_load_options toC(const LoadOptions &options) {
  wasmind_load_options known = WASMIND_LOAD_OPTIONS_INIT;
  known.max_memory_byte_length = options.maxMemoryByteLength;
  known.max_module_byte_length = options.maxModuleByteLength;
  known.time_limit_ms = options.timeLimitMs;
  known.disable_cache = options.disableCache;
  known.cache_folder = options.cacheFolder.empty() ? nullptr : options.cacheFolder.c_str();
  known.weights_folder = options.weightsFolder.empty() ? nullptr : options.weightsFolder.c_str();
  known.max_code_byte_length = options.maxCodeByteLength;
  return known;
}
} // namespace detail

} // namespace wasmind
