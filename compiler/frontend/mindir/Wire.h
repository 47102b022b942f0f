//===- Wire.h - reads the protobuf wire format --------------------------------------------------------------------===//
//
// The encoding of protobuf messages (https://protobuf.dev/programming-guides/encoding), proto2 without groups, as
// views: nothing is copied, every access stays inside the bytes given, whatever they are.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>

namespace wasmind::mindir {

enum class WireType : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

/// One field of a message. Numbers are in `value` as they stand on the wire; strings, bytes, messages and packed
/// numbers are in `bytes`, a view into the message.
struct Field {
  uint32_t number = 0;
  WireType type = WireType::Varint;
  uint64_t value = 0;
  llvm::StringRef bytes;

  float asFloat() const;
  double asDouble() const;
  int64_t asInteger() const { return static_cast<int64_t>(value); }
};

/// What all readers of one file share: the whole file, for positions in messages, and the first error.
struct WireFile {
  llvm::StringRef bytes;
  std::string error;   ///< empty while everything read is well-formed
  size_t messages = 0; ///< readers opened so far

  /// Keeps the first error; `at` must point into `bytes` or at its end.
  void fail(const char *at, const llvm::Twine &reason);
  bool failed() const { return !error.empty(); }
};

/// Iterates over the fields of one message.
///
///   Reader reader(file, bytes, depth);
///   for (Field field; reader.next(field);) ...
///
/// Ends early at a malformed field, and gives no field at all once `file` has failed, when `depth` exceeds `maxDepth`
/// or when the file has opened more than `maxMessages` readers; `file.error` then says where and why.
class Reader {
public:
  static constexpr unsigned maxDepth = 64;
  static constexpr size_t maxMessages = 1 << 21; // bounds memory: a message takes two bytes of file, a struct hundreds

  Reader(WireFile &file, llvm::StringRef bytes, unsigned depth);
  bool next(Field &field);

private:
  WireFile &file;
  const char *position;
  const char *end;
};

/// Calls `use` with each number of a repeated field, which may stand alone or be packed (proto2 writers do not pack by
/// default, readers take both). `type` is the wire type of one number.
void forEachNumber(WireFile &file, const Field &field, WireType type, llvm::function_ref<void(const Field &)> use);

} // namespace wasmind::mindir
