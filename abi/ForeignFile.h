//===- ForeignFile.h - what a file is that is no module -----------------------------------------------------------===//
//
// Somebody who loads the wrong file, or whose server answers with something else, is told what came instead.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace wasmind::abi {

/// What the bytes are, as the end of "it is ...", with what to do about it; "" when that cannot be told. Only formats
/// that people meet here are known.
std::string describeForeign(std::span<const uint8_t> bytes);

} // namespace wasmind::abi
