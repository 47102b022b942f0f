//===- WasmSections.h - the sections of a .wasm file, without an engine -------------------------------------------===//
//
// Reads only the section headers of a module (WebAssembly core specification, section 5.5), so that a signature can be
// read from a file without compiling it. Whether the sections' contents are valid is the engine's question.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/Result.h"
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wasmind::abi {

/// Ids of the sections this project looks at (core specification 5.5.2).
enum class SectionId : uint8_t { Custom = 0, Import = 2, Memory = 5, Export = 7, Code = 10, Data = 11 };

/// One section. Views point into the module's bytes and live as long as they do.
struct WasmSection {
  uint8_t id = 0;
  std::string_view name;             ///< of a custom section, otherwise empty
  std::span<const uint8_t> contents; ///< behind id and length (and behind the name of a custom section)
};

/// All sections in file order.
///
/// `Invalid` when the magic number or version is wrong, or a section or name reaches past the end of `module`.
Result<std::vector<WasmSection>> readSections(std::span<const uint8_t> module);

/// The contents of the only custom section of this name. `Invalid` when there is none or more than one.
Result<std::span<const uint8_t>> findCustomSection(std::span<const uint8_t> module, std::string_view name);

/// Length of the contents of all sections with this id, in bytes.
uint64_t byteLengthOf(const std::vector<WasmSection> &sections, SectionId id);

/// A custom section as bytes to append to a module.
std::vector<uint8_t> encodeCustomSection(std::string_view name, std::span<const uint8_t> contents);

} // namespace wasmind::abi
