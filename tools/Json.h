//===- Json.h - the JSON of the tools -----------------------------------------------------------------------------===//
//
// Text to JSON and back in one file, as the parser and the writer are templates that every caller would compile again.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace wasmind::tools {

using Json = nlohmann::ordered_json;

/// The value that `text` is; where it is none, one for which `is_discarded()` is true.
Json parseJson(const std::string &text);

/// One line; bytes that are not UTF-8 become U+FFFD.
std::string jsonText(const Json &value);

} // namespace wasmind::tools
