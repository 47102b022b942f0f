//===- Scalar.h - a number as one element -------------------------------------------------------------------------===//
#pragma once
#include "abi/DType.h"
#include <array>

namespace wasmind::host {

/// Writes a number as an element. Floating-point elements take the nearest value (ties to even; infinity beyond the
/// largest); the others take only numbers they can hold, bool 0 and 1. \returns whether it fits.
bool writeScalar(abi::DType dtype, int64_t value, std::array<uint8_t, 8> &element);
bool writeScalar(abi::DType dtype, double value, std::array<uint8_t, 8> &element);

} // namespace wasmind::host
