//===- File.cpp - reading files that are not trusted, writing files in one step -----------------------------------===//
#include "runtime/host/src/File.h"
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wasmind::host {
namespace {

[[noreturn]] void failTo(const char *verb, const std::string &name, int number) {
  throw Failure(WASMIND_IO, std::string("cannot ") + verb + " " + name + ": " + std::strerror(number));
}

struct stat statusOf(int descriptor, const std::string &name) {
  struct stat status;
  if (fstat(descriptor, &status) != 0)
    failTo("read", name, errno);
  return status;
}

bool isClosed(const struct stat &status) { return (status.st_mode & (S_IWGRP | S_IWOTH)) == 0; }

bool isOwnAndClosed(const struct stat &status) { return status.st_uid == geteuid() && isClosed(status); }

/// Whether nobody but this user and root can put something else in the place of what stands in `folder`.
bool isSafeParent(const std::filesystem::path &folder) {
  struct stat status;
  return lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         (status.st_uid == geteuid() || status.st_uid == 0) && (isClosed(status) || (status.st_mode & S_ISVTX) != 0);
}

/// Makes the folders of a path that are missing, for this user alone.
void makeFolders(const std::filesystem::path &path) {
  if (path.has_parent_path() && path.parent_path() != path && !std::filesystem::exists(path.parent_path()))
    makeFolders(path.parent_path());
  mkdir(path.c_str(), S_IRWXU);
}

} // namespace

File::File(const std::filesystem::path &path) : name(path.string()) { open(AT_FDCWD, name, 0); }

File::File(const Folder &folder, const std::string &file) : name((folder.path() / file).string()) {
  open(folder.descriptor, file, O_NOFOLLOW);
}

void File::open(int folder, const std::string &path, int flags) {
  // Not blocking: opening a pipe must not wait for its writer.
  descriptor = openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
  if (descriptor < 0)
    failTo("open", name, errno);
  struct stat status = {};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(std::exchange(descriptor, -1));
    throw Failure(WASMIND_IO, "cannot read " + name + ": not a regular file");
  }
}

File::~File() {
  if (descriptor >= 0)
    close(descriptor);
}

File::Stamp File::stamp() const {
  struct stat status = statusOf(descriptor, name);
  return {uint64_t(status.st_dev), uint64_t(status.st_ino), uint64_t(status.st_size), status.st_ctim.tv_sec,
          status.st_ctim.tv_nsec};
}

bool File::isPrivate() const { return isOwnAndClosed(statusOf(descriptor, name)); }

void File::read(uint64_t offset, std::span<uint8_t> bytes) const {
  while (!bytes.empty()) {
    ssize_t count = pread(descriptor, bytes.data(), bytes.size(), off_t(offset));
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      failTo("read", name, errno);
    if (count == 0)
      throw Failure(WASMIND_IO, "cannot read " + name + ": it became shorter");
    bytes = bytes.subspan(size_t(count));
    offset += uint64_t(count);
  }
}

Bytes File::readAll(uint64_t maxByteLength) const {
  uint64_t length = byteLength();
  if (length > maxByteLength)
    throw Failure(WASMIND_LIMIT, name + ": " + std::to_string(length) + " bytes are over the limit of " +
                                     std::to_string(maxByteLength));
  Bytes bytes(length);
  read(0, bytes.span());
  return bytes;
}

void File::touch() const noexcept { futimens(descriptor, nullptr); }

std::optional<Folder> Folder::openPrivate(const std::filesystem::path &path) noexcept {
  try {
    makeFolders(path);
    const std::filesystem::path real = std::filesystem::canonical(path);
    const int descriptor = ::open(real.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0)
      return std::nullopt;
    Folder folder(real, descriptor);
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !isOwnAndClosed(status))
      return std::nullopt;
    for (std::filesystem::path parent = real; parent != parent.root_path();) {
      parent = parent.parent_path();
      if (!isSafeParent(parent))
        return std::nullopt;
    }
    return folder;
  } catch (...) { // no such path, or no memory for it
    return std::nullopt;
  }
}

Folder::~Folder() {
  if (descriptor >= 0)
    close(descriptor);
}

bool Folder::writeFileInOneStep(const std::string &file, std::span<const uint8_t> bytes) const noexcept {
  try {
    static std::atomic<unsigned> counter{0};
    const std::string temporary = file + "." + std::to_string(getpid()) + "." + std::to_string(counter++);
    int output =
        openat(descriptor, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (output < 0)
      return false;
    bool isWritten = true;
    while (isWritten && !bytes.empty()) {
      ssize_t count = write(output, bytes.data(), bytes.size());
      if (count >= 0)
        bytes = bytes.subspan(size_t(count));
      else
        isWritten = errno == EINTR;
    }
    isWritten &= close(output) == 0;
    if (isWritten && renameat(descriptor, temporary.c_str(), descriptor, file.c_str()) == 0)
      return true;
    unlinkat(descriptor, temporary.c_str(), 0);
  } catch (...) { // no memory for a name: as good as no disk
  }
  return false;
}

} // namespace wasmind::host
