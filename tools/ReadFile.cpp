//===- ReadFile.cpp - whole files as bytes ------------------------------------------------------------------------===//
#include "tools/ReadFile.h"
#include "tools/Refusal.h"
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace wasmind::tools {

void refuseSpecialFile(const std::string &path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw Refusal("cannot read " + path + ": not a regular file");
}

std::vector<uint8_t> readFile(const std::string &path) {
  refuseSpecialFile(path);
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    throw Refusal("cannot open " + path + ": " + std::strerror(errno));
  // As many bytes as the file says that it has: those that the kernel makes up say none, and may not end.
  std::error_code error;
  const uintmax_t byteLength = std::filesystem::file_size(path, error);
  if (error)
    throw Refusal("cannot read " + path + ": " + error.message());
  std::vector<uint8_t> bytes(byteLength);
  stream.read(reinterpret_cast<char *>(bytes.data()), std::streamsize(byteLength));
  if (!stream)
    throw Refusal("cannot read " + path + (stream.bad() ? "" : ": it became shorter"));
  return bytes;
}

} // namespace wasmind::tools
