//===- Scalar.h - a number as one element -------------------------------------------------------------------------===//
#pragma once
#include "abi/DType.h"
#include <array>

namespace wasmind::host {

/// Writes a number as an element by the rules of abi/spec.md, "Numbers". \returns whether it fits.
bool writeScalar(abi::DType dtype, bool value, std::array<uint8_t, 8> &element);
bool writeScalar(abi::DType dtype, int64_t value, std::array<uint8_t, 8> &element);
bool writeScalar(abi::DType dtype, uint64_t value, std::array<uint8_t, 8> &element);
bool writeScalar(abi::DType dtype, double value, std::array<uint8_t, 8> &element);

} // namespace wasmind::host
