//===- TemporaryFolder.h - a folder for the life of an object -----------------------------------------------------===//
#pragma once
#include "tools/Refusal.h"
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdlib.h>

namespace wasmind::tools {

/// Made with the object, in the system's folder for such, and removed with it. Throws Refusal when it cannot be made.
class TemporaryFolder {
public:
  TemporaryFolder() : path((std::filesystem::temp_directory_path() / "wasmind-XXXXXX").string()) {
    if (!mkdtemp(path.data()))
      throw Refusal("cannot create " + path + ": " + std::strerror(errno));
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  const std::string &name() const { return path; }
  std::string file(const std::string &name) const { return path + "/" + name; }

private:
  std::string path;
};

} // namespace wasmind::tools
