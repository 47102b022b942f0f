//===- WasmSections.h - the sections of a .wasm file, without an engine -------------------------------------------===//
//
// Reads only the section headers of a module (WebAssembly core specification, section 5.5), so that a signature can be
// read from a file without compiling it. What the contract wants of their contents is in ModuleRules.h.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/Result.h"
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wasmind::abi {

/// Ids of sections (core specification 5.5.2).
enum class SectionId : uint8_t {
  Custom = 0,
  Type = 1,
  Import = 2,
  Function = 3,
  Table = 4,
  Memory = 5,
  Global = 6,
  Export = 7,
  Start = 8,
  Element = 9,
  Code = 10,
  Data = 11,
  DataCount = 12
};

/// One section. Views point into the module's bytes and live as long as they do.
struct WasmSection {
  uint8_t id = 0;
  std::string_view name;             ///< of a custom section, otherwise empty
  std::span<const uint8_t> contents; ///< behind id and length (and behind the name of a custom section)
};

/// All sections in file order.
///
/// `Invalid` when the magic number or version is wrong, a section or name reaches past the end of `module`, or there
/// are more than maxSectionCount.
Result<std::vector<WasmSection>> readSections(std::span<const uint8_t> module);

/// The contents of the only custom section of this name. `Invalid` when there is none or more than one.
Result<std::span<const uint8_t>> findCustomSection(std::span<const uint8_t> module, std::string_view name);

/// Length of the contents of all sections with this id, in bytes.
uint64_t byteLengthOf(const std::vector<WasmSection> &sections, SectionId id);

/// A custom section as bytes to append to a module.
std::vector<uint8_t> encodeCustomSection(std::string_view name, std::span<const uint8_t> contents);

} // namespace wasmind::abi
