//===- Report.h - from exceptions to statuses of the C interface --------------------------------------------------===//
#pragma once
#include "abi/Line.h"
#include "runtime/host/src/Failure.h"
#include <new>

struct wasmind_error {
  wasmind_status status;
  std::string text;
  const char *kind;
};

namespace wasmind::host {

/// The text becomes one line that may be shown, wherever its words come from (abi/Line.h).
inline wasmind_status report(wasmind_error **error, wasmind_status status, const char *text,
                             const char *kind = "") noexcept {
  if (error) {
    try {
      *error = new wasmind_error{status, abi::toLine(text), kind};
    } catch (...) {
      *error = nullptr; // wasmind_error_text knows what to say
    }
  }
  return status;
}

/// Runs `body`; nothing it throws leaves.
template <typename Body> wasmind_status guarded(wasmind_error **error, Body body) noexcept {
  try {
    body();
    return WASMIND_OK;
  } catch (const Failure &failure) {
    return report(error, failure.status(), failure.what(), failure.kind());
  } catch (const std::bad_alloc &) {
    return report(error, WASMIND_LIMIT, "out of memory", "MemoryError");
  } catch (const std::exception &exception) {
    return report(error, WASMIND_IO, exception.what()); // what is left throws about files and paths
  }
}

inline void require(const void *pointer, const char *name) {
  if (!pointer)
    throw Failure(WASMIND_INVALID_ARGUMENT, std::string(name) + " is NULL");
}

} // namespace wasmind::host
