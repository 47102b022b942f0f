//===- ForeignFile.h - what a file is that is no module -----------------------------------------------------------===//
//
// Somebody who loads or compiles the wrong file, or whose server answers with something else, is told what came
// instead.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace wasmind::abi {

/// A format that people meet here.
struct ForeignFile {
  std::string description; ///< the end of "it is ...", with what to do about it; "" when that cannot be told
  bool isModel = false;    ///< that the compiler reads
};

ForeignFile recognise(std::span<const uint8_t> bytes);

} // namespace wasmind::abi
