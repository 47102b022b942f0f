//===- ReadFile.h - whole files as bytes --------------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace wasmind::tools {

/// Throws Refusal when a path leads to something that is no regular file: reading a pipe could wait for ever, reading a
/// device never end.
void refuseSpecialFile(const std::string &path);

/// All bytes of a regular file. Throws Refusal that names it and says why it cannot be read.
std::vector<uint8_t> readFile(const std::string &path);

} // namespace wasmind::tools
