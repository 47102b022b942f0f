//===- Result.h - a value or the reason there is none -------------------------------------------------------------===//
//
// The contract is read by code built with and without exceptions, so failures are values here.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <cassert>
#include <optional>
#include <string>
#include <utility>

namespace wasmind::abi {

/// Why something was refused: one line of UTF-8 text that names the offending field.
struct Error {
  enum class Kind {
    Invalid,     ///< the bytes break the contract
    Unsupported, ///< the bytes may be fine for another version of the contract
  };
  Kind kind = Kind::Invalid;
  std::string text;
};

/// Either a `T` or an `Error`; ask before reading.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : stored(std::move(value)) {}
  Result(Error error) : failure(std::move(error)) {}

  explicit operator bool() const { return stored.has_value(); }
  T &operator*() { return assert(stored), *stored; }
  const T &operator*() const { return assert(stored), *stored; }
  T *operator->() { return assert(stored), &*stored; }
  const T *operator->() const { return assert(stored), &*stored; }
  /// Only of a failed result.
  const Error &error() const { return assert(!stored), failure; }

private:
  std::optional<T> stored;
  Error failure;
};

} // namespace wasmind::abi
