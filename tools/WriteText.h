//===- WriteText.h - text files that appear whole or not at all ---------------------------------------------------===//
#pragma once
#include <string>

namespace wasmind::tools {

/// Writes a text whole or not at all; `path` "-" is standard output. Throws Refusal that names the file.
void writeText(const std::string &path, const std::string &text);

} // namespace wasmind::tools
