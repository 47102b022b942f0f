//===- ReadFile.cpp - whole files as bytes ------------------------------------------------------------------------===//
#include "tools/ReadFile.h"
#include "tools/Refusal.h"
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace wasmind::tools {

std::vector<uint8_t> readFile(const std::string &path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw Refusal("cannot read " + path + ": not a regular file"); // a pipe could make us wait for ever
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    throw Refusal("cannot open " + path + ": " + std::strerror(errno));
  std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(stream)), {});
  if (stream.bad())
    throw Refusal("cannot read " + path);
  return bytes;
}

} // namespace wasmind::tools
