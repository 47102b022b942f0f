//===- ByteReader.h - a position in bytes that are not trusted ----------------------------------------------------===//
//
// Private to this folder: what the readers of a module's parts share.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace wasmind::abi {

/// Every read gives nothing when the bytes end before it does.
class ByteReader {
public:
  explicit ByteReader(std::span<const uint8_t> bytes) : rest(bytes) {}

  bool atEnd() const { return rest.empty(); }

  std::optional<uint8_t> byte() {
    if (rest.empty())
      return std::nullopt;
    uint8_t value = rest.front();
    rest = rest.subspan(1);
    return value;
  }

  /// Unsigned LEB128 of at most 32 bits (core specification 5.2.2).
  std::optional<uint32_t> u32() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      std::optional<uint8_t> next = byte();
      if (!next)
        return std::nullopt;
      value |= uint64_t(*next & 0x7f) << shift;
      if (!(*next & 0x80))
        return value <= UINT32_MAX ? std::optional<uint32_t>(uint32_t(value)) : std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<std::span<const uint8_t>> bytes(uint32_t byteLength) {
    if (byteLength > rest.size())
      return std::nullopt;
    std::span<const uint8_t> taken = rest.first(byteLength);
    rest = rest.subspan(byteLength);
    return taken;
  }

  /// Bytes behind their count.
  std::optional<std::span<const uint8_t>> counted() {
    std::optional<uint32_t> byteLength = u32();
    return byteLength ? bytes(*byteLength) : std::nullopt;
  }

  std::optional<std::string_view> name() {
    std::optional<std::span<const uint8_t>> text = counted();
    if (!text)
      return std::nullopt;
    return std::string_view(reinterpret_cast<const char *>(text->data()), text->size());
  }

  std::span<const uint8_t> remaining() const { return rest; }

private:
  std::span<const uint8_t> rest;
};

} // namespace wasmind::abi
