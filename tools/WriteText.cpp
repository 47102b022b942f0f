//===- WriteText.cpp - text files that appear whole or not at all -------------------------------------------------===//
#include "tools/WriteText.h"
#include "compiler/OutputPaths.h"
#include "tools/Refusal.h"
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <unistd.h>

namespace wasmind::tools {

void writeText(const std::string &path, const std::string &text) {
  if (path == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout); // whose errors the end of the program looks for
    return;
  }
  const std::string target = followLinks(path), temporary = target + "." + std::to_string(getpid()) + ".part";
  std::ofstream stream(temporary, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream || std::rename(temporary.c_str(), target.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    std::remove(temporary.c_str());
    throw Refusal("cannot write " + path + ": " + reason);
  }
}

} // namespace wasmind::tools
