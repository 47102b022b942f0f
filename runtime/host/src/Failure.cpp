//===- Failure.cpp - why a call of this library failed ------------------------------------------------------------===//
#include "runtime/host/src/Failure.h"
#include "abi/Line.h"

namespace wasmind::host {

Failure::Failure(wasmind_status status, const std::string &text, const char *kind)
    : failureStatus(status), failureKind(kind), message(abi::toLine(text)) {}

} // namespace wasmind::host
