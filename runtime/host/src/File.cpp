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

bool isOwnAndClosed(const struct stat &status) {
  return status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

} // namespace

File::File(const std::filesystem::path &path) : name(path.string()) {
  // Not blocking: opening a pipe must not wait for its writer.
  descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    failTo("open", name, errno);
  struct stat status = {};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(descriptor);
    throw Failure(WASMIND_IO, "cannot read " + name + ": not a regular file");
  }
}

File::~File() {
  if (descriptor >= 0)
    close(descriptor);
}

File::Stamp File::stamp() const {
  struct stat status = statusOf(descriptor, name);
  return {uint64_t(status.st_dev), uint64_t(status.st_ino), uint64_t(status.st_size), status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec};
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

bool writeFileInOneStep(const std::filesystem::path &path, std::span<const uint8_t> bytes) noexcept {
  try {
    static std::atomic<unsigned> counter{0};
    const std::string temporary = path.string() + "." + std::to_string(getpid()) + "." + std::to_string(counter++);
    int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
      return false;
    bool isWritten = true;
    while (isWritten && !bytes.empty()) {
      ssize_t count = write(descriptor, bytes.data(), bytes.size());
      if (count >= 0)
        bytes = bytes.subspan(size_t(count));
      else
        isWritten = errno == EINTR;
    }
    isWritten &= close(descriptor) == 0;
    if (isWritten && rename(temporary.c_str(), path.c_str()) == 0)
      return true;
    unlink(temporary.c_str());
  } catch (...) { // no memory for a path: as good as no disk
  }
  return false;
}

bool makePrivateFolder(const std::filesystem::path &path) noexcept {
  std::error_code error;
  if (path.has_parent_path())
    std::filesystem::create_directories(path.parent_path(), error);
  mkdir(path.c_str(), S_IRWXU);
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && isOwnAndClosed(status);
}

} // namespace wasmind::host
