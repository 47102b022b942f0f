//===- Json.cpp - the JSON of the tools ---------------------------------------------------------------------------===//
#include "tools/Json.h"

namespace wasmind::tools {

Json parseJson(const std::string &text) { return Json::parse(text, nullptr, false); }

std::string jsonText(const Json &value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

} // namespace wasmind::tools
