//===- ReadFile.h - whole files as bytes --------------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace wasmind::tools {

/// All bytes of a regular file. Throws Refusal that names it and says why it cannot be read.
std::vector<uint8_t> readFile(const std::string &path);

} // namespace wasmind::tools
