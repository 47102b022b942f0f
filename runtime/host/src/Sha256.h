//===- Sha256.h - SHA-256 (FIPS 180-4) ----------------------------------------------------------------------------===//
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace wasmind::host {

/// A running SHA-256. Uses the processor's SHA instructions where it has them. One thread at a time.
class Sha256 {
public:
  void update(std::span<const uint8_t> bytes);
  /// The digest of everything seen, as 64 lower-case hexadecimal digits; ends the use of this object.
  std::string finish();

  static std::string of(std::span<const uint8_t> bytes);

private:
  std::array<uint32_t, 8> state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> block{};
  size_t blockFill = 0;
  uint64_t byteCount = 0;
};

} // namespace wasmind::host
