//===- WriteText.cpp - text files that appear whole or not at all -------------------------------------------------===//
#include "tools/WriteText.h"
#include "tools/Refusal.h"
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <unistd.h>

namespace wasmind::tools {

void writeText(const std::string &path, const std::string &text) {
  if (path == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  const std::string temporary = path + "." + std::to_string(getpid()) + ".part";
  std::ofstream stream(temporary, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    std::remove(temporary.c_str());
    throw Refusal("cannot write " + path + ": " + reason);
  }
}

} // namespace wasmind::tools
