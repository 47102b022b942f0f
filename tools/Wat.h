//===- Wat.h - modules as WebAssembly text ------------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace wasmind::tools {

/// The text format of a module, without its custom sections. Throws Refusal that begins with `name`.
std::string watOf(std::span<const uint8_t> wasm, const std::string &name);

} // namespace wasmind::tools
