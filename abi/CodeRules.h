//===- CodeRules.h - how much a module may ask of whoever compiles it ---------------------------------------------===//
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace wasmind::abi {

/// Holds the contents of a code section against spec.md, "What compilation costs". `parameterCounts` are those of the
/// functions in their order. Says what is wrong. Linear in the bytes; whether the code is valid is the engine's to say.
std::optional<std::string> checkCode(std::span<const uint8_t> code, std::span<const uint32_t> parameterCounts);

} // namespace wasmind::abi
