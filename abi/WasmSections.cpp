//===- WasmSections.cpp - the sections of a .wasm file, without an engine -----------------------------------------===//
#include "abi/WasmSections.h"
#include "abi/ByteReader.h"
#include "abi/ForeignFile.h"
#include "abi/Signature.h"
#include <algorithm>

namespace wasmind::abi {
namespace {

/// What the bytes are instead of a module.
std::string whatElse(std::span<const uint8_t> bytes) {
  const ForeignFile file = recognise(bytes);
  if (file.description.empty())
    return " (no '\\0asm' version 1 at its start)";
  return ": it is " + file.description +
         (file.isModel ? "; compile it first: wasmind compile MODEL -o MODEL.wasm" : "");
}

Error invalid(std::string text) { return {Error::Kind::Invalid, std::move(text)}; }

void appendU32(std::vector<uint8_t> &bytes, uint64_t value) {
  while (value >= 0x80) {
    bytes.push_back(uint8_t(value) | 0x80);
    value >>= 7;
  }
  bytes.push_back(uint8_t(value));
}

} // namespace

Result<std::vector<WasmSection>> readSections(std::span<const uint8_t> module) {
  static constexpr uint8_t preamble[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
  if (module.size() < sizeof preamble || !std::equal(std::begin(preamble), std::end(preamble), module.begin()))
    return invalid("not a WebAssembly module" + whatElse(module));

  std::vector<WasmSection> sections;
  ByteReader reader(module.subspan(sizeof preamble));
  while (!reader.atEnd()) {
    if (sections.size() == maxSectionCount)
      return invalid("the module has more than " + std::to_string(maxSectionCount) + " sections");
    WasmSection section;
    section.id = *reader.byte();
    std::optional<std::span<const uint8_t>> contents = reader.counted();
    if (!contents)
      return invalid("section " + std::to_string(sections.size()) + " (id " + std::to_string(section.id) +
                     ") reaches past the end of the module: the file is truncated or corrupt");
    section.contents = *contents;
    if (SectionId(section.id) == SectionId::Custom) {
      ByteReader inner(*contents);
      std::optional<std::string_view> name = inner.name();
      if (!name)
        return invalid("custom section " + std::to_string(sections.size()) + " has no complete name");
      section.name = *name;
      section.contents = inner.remaining();
    }
    sections.push_back(section);
  }
  return sections;
}

Result<std::span<const uint8_t>> findCustomSection(std::span<const uint8_t> module, std::string_view name) {
  Result<std::vector<WasmSection>> sections = readSections(module);
  if (!sections)
    return sections.error();
  const WasmSection *found = nullptr;
  for (const WasmSection &section : *sections) {
    if (SectionId(section.id) != SectionId::Custom || section.name != name)
      continue;
    if (found)
      return invalid("more than one custom section '" + std::string(name) + "'");
    found = &section;
  }
  if (!found)
    return invalid("no custom section '" + std::string(name) + "': the module was not made by the wasmind compiler");
  return found->contents;
}

uint64_t byteLengthOf(const std::vector<WasmSection> &sections, SectionId id) {
  uint64_t total = 0;
  for (const WasmSection &section : sections)
    if (section.id == uint8_t(id))
      total += section.contents.size();
  return total;
}

std::vector<uint8_t> encodeCustomSection(std::string_view name, std::span<const uint8_t> contents) {
  std::vector<uint8_t> payload;
  appendU32(payload, name.size());
  payload.insert(payload.end(), name.begin(), name.end());
  payload.insert(payload.end(), contents.begin(), contents.end());
  std::vector<uint8_t> section{uint8_t(SectionId::Custom)};
  appendU32(section, payload.size());
  section.insert(section.end(), payload.begin(), payload.end());
  return section;
}

} // namespace wasmind::abi
