//===- Unwrap.h - results of the runtime as exceptions ------------------------------------------------------------===//
#pragma once
#include "tools/Refusal.h"
#include "wasmind.hpp"

namespace wasmind::tools {

/// The value of a result, or a Refusal that names `file`.
template <typename T> T unwrap(Result<T> result, const std::string &file) {
  if (result)
    return std::move(*result);
  const std::string &text = result.error().text;
  throw Refusal(text.find(file) == std::string::npos ? file + ": " + text : text);
}

} // namespace wasmind::tools
