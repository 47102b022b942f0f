//===- Checksum.h - a quick check against accidental damage -------------------------------------------------------===//
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace wasmind::host {

/// A 64-bit checksum at about the speed of memory: finds truncation and changed bytes, resists nobody. Bytes may come
/// in pieces; all pieces but the last must be multiples of 32 bytes. One thread at a time.
class Checksum {
public:
  void update(std::span<const uint8_t> bytes);
  uint64_t finish() const;

private:
  uint64_t lanes[4] = {1, 2, 3, 4};
  uint64_t byteCount = 0;
};

} // namespace wasmind::host
