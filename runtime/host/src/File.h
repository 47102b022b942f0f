//===- File.h - reading files that are not trusted, writing files in one step -------------------------------------===//
#pragma once
#include "runtime/host/src/Failure.h"
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
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

class Folder;

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
  /// The file of this name in a folder; links are refused. Throws `Io` as well.
  File(const Folder &folder, const std::string &name);
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

  /// A path to the open file itself, whatever its name leads to by now.
  std::string descriptorPath() const { return "/proc/self/fd/" + std::to_string(descriptor); }
  /// Sets the time of the last change to now; what fails has no effect.
  void touch() const noexcept;

private:
  void open(int folder, const std::string &path, int flags);

  std::string name;
  int descriptor = -1;
};

/// A folder of this process's user that nobody else can write or replace: it and all above it belong to this user or to
/// root, and others may write none of them, but for folders in which only owners rename (/tmp). Stays open, so that its
/// files are those of the folder that was looked at.
class Folder {
public:
  /// Made when missing. Without a value when it is not private, or cannot be made.
  static std::optional<Folder> openPrivate(const std::filesystem::path &path) noexcept;
  ~Folder();
  Folder(Folder &&other) noexcept : name(std::move(other.name)), descriptor(std::exchange(other.descriptor, -1)) {}
  Folder(const Folder &) = delete;

  const std::filesystem::path &path() const { return name; }
  /// Writes a file under a temporary name, readable by this user only, and renames it. False when it fails.
  bool writeFileInOneStep(const std::string &file, std::span<const uint8_t> bytes) const noexcept;

private:
  friend class File;
  Folder(std::filesystem::path path, int descriptor) : name(std::move(path)), descriptor(descriptor) {}

  std::filesystem::path name; ///< without links
  int descriptor = -1;
};

} // namespace wasmind::host
