//===- File.h - reading files that are not trusted, writing files in one step -------------------------------------===//
#pragma once
#include "runtime/host/src/Failure.h"
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>

namespace wasmind::host {

/// Bytes that are written right after they are made, so not zeroed before.
class Bytes {
public:
  explicit Bytes(size_t byteLength) : data(new uint8_t[byteLength]), byteLength(byteLength) {}
  std::span<uint8_t> span() { return {data.get(), byteLength}; }
  std::span<const uint8_t> span() const { return {data.get(), byteLength}; }

private:
  std::unique_ptr<uint8_t[]> data;
  size_t byteLength;
};

/// An open regular file, readable. Errors throw `Io` with the file's name.
class File {
public:
  /// What changes when somebody writes the file.
  struct Stamp {
    uint64_t device = 0, inode = 0, byteLength = 0;
    int64_t changeSeconds = 0, changeNanoseconds = 0;
    bool operator==(const Stamp &) const = default;
  };

  explicit File(const std::filesystem::path &path);
  ~File();
  File(File &&other) noexcept : name(std::move(other.name)), descriptor(std::exchange(other.descriptor, -1)) {}
  File(const File &) = delete;

  const std::string &path() const { return name; }
  Stamp stamp() const;
  uint64_t byteLength() const { return stamp().byteLength; }
  /// Owned by this process's user, and nobody else may write it.
  bool isPrivate() const;
  /// Fills `bytes` from the file's start at `offset`. Throws `Io` when the file ends before.
  void read(uint64_t offset, std::span<uint8_t> bytes) const;
  /// All bytes; throws `Limit` when there are more than `maxByteLength`.
  Bytes readAll(uint64_t maxByteLength) const;

private:
  std::string name;
  int descriptor = -1;
};

/// Writes a file under a temporary name beside `path`, readable by this user only, and renames it. False when it fails.
bool writeFileInOneStep(const std::filesystem::path &path, std::span<const uint8_t> bytes) noexcept;

/// A folder of this process's user that nobody else may write, made when missing. False when it is not and cannot be.
bool makePrivateFolder(const std::filesystem::path &path) noexcept;

} // namespace wasmind::host
