//===- ForeignFile.cpp - what a file is that is no module ---------------------------------------------------------===//
#include "abi/ForeignFile.h"
#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

namespace wasmind::abi {
namespace {

using Bytes = std::span<const uint8_t>;

bool startsWith(Bytes bytes, std::string_view start) {
  return bytes.size() >= start.size() &&
         std::equal(start.begin(), start.end(), bytes.begin(), [](char a, uint8_t b) { return uint8_t(a) == b; });
}

/// The first characters behind a byte order mark and white space, in small letters.
std::string textStart(Bytes bytes) {
  if (startsWith(bytes, "\xef\xbb\xbf"))
    bytes = bytes.subspan(3);
  while (!bytes.empty() && std::isspace(bytes.front()))
    bytes = bytes.subspan(1);
  std::string text;
  for (uint8_t byte : bytes.first(std::min<size_t>(bytes.size(), 256)))
    text += char(std::tolower(byte));
  return text;
}

/// Base 128 varint of protobuf, taken off the front.
std::optional<uint64_t> takeVarint(Bytes &bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const uint8_t byte = bytes.front();
    bytes = bytes.subspan(1);
    value |= uint64_t(byte & 0x7f) << shift;
    if (byte < 0x80)
      return value;
  }
  return std::nullopt;
}

/// ONNX and MindIR are protobuf messages that start with ir_version, field 1, and have the graph in field 7. The
/// version is a number in ONNX and text in MindIR.
std::string describeModel(Bytes bytes) {
  enum { Number = 0, Counted = 2 };
  std::optional<uint64_t> first;
  while (!bytes.empty()) {
    std::optional<uint64_t> tag = takeVarint(bytes);
    if (!tag || *tag >> 3 == 0 || (*tag >> 3 != 1 && !first))
      return "";
    const uint64_t wire = *tag & 7;
    if (!first)
      first = wire;
    if (*tag == (7 << 3 | Counted))
      return *first == Number ? "an ONNX model" : "a MindIR model";
    std::optional<uint64_t> value = takeVarint(bytes);
    if (!value || (wire != Number && wire != Counted) || (wire == Counted && *value > bytes.size()))
      return "";
    if (wire == Counted)
      bytes = bytes.subspan(size_t(*value));
  }
  return "";
}

constexpr struct {
  std::string_view start, description;
} starts[] =
    {
        {{"\0asm\1\0\0\0", 8}, "a WebAssembly module"},
        {{"\0asm\x0d\0\1\0", 8}, "a WebAssembly component, not a module"},
        {"\x1f\x8b", "compressed with gzip; decompress it, or let the server say content-encoding: gzip"},
        {"\x28\xb5\x2f\xfd", "compressed with zstd; decompress it, or let the server say content-encoding: zstd"},
        {"PK\3\4", "a ZIP archive"},
        {"!<arch>\n", "an archive of objects"},
        {"\x7f"
         "ELF",
         "a program or library of this machine"},
        {"version https://git-lfs", "a pointer of Git LFS in place of the file; get the file with git lfs pull"},
},
  textStarts[] = {
      {"<!doctype html", "an HTML page, as servers send for files they do not have"},
      {"<html", "an HTML page, as servers send for files they do not have"},
      {"<head", "an HTML page, as servers send for files they do not have"},
      {"<!--", "an HTML page, as servers send for files they do not have"},
      {"<?xml", "an XML document"},
      {"(module", "WebAssembly in text form; assemble it first, with wat2wasm"},
      {"{", "JSON"},
};

} // namespace

ForeignFile recognise(Bytes bytes) {
  if (bytes.empty())
    return {"empty"};
  for (const auto &[start, description] : starts)
    if (startsWith(bytes, start))
      return {std::string(description)};
  if (std::string model = describeModel(bytes); !model.empty())
    return {model, true};
  const std::string text = textStart(bytes);
  if (text.starts_with('<') && text.find("ir_version") != std::string::npos)
    return {"an ONNX model in text form", true};
  for (const auto &[start, description] : textStarts)
    if (text.starts_with(start))
      return {std::string(description)};
  return {};
}

} // namespace wasmind::abi
