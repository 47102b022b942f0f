//===- Failure.h - why a call of this library failed --------------------------------------------------------------===//
#pragma once
#include "wasmind.h"
#include <exception>
#include <string>
#include <utility>

namespace wasmind::host {

/// Thrown inside the library, turned into a status and an error object at the C interface (wasmind.cpp).
class Failure : public std::exception {
public:
  /// `kind` is a string literal, for wasmind_error_kind.
  Failure(wasmind_status status, std::string text, const char *kind = "")
      : failureStatus(status), failureKind(kind), message(std::move(text)) {}

  const char *what() const noexcept override { return message.c_str(); }
  wasmind_status status() const { return failureStatus; }
  const char *kind() const { return failureKind; }

private:
  wasmind_status failureStatus;
  const char *failureKind;
  std::string message;
};

} // namespace wasmind::host
