//===- Checksum.cpp - a quick check against accidental damage -----------------------------------------------------===//
#include "runtime/host/src/Checksum.h"
#include <cstring>

namespace wasmind::host {
namespace {

constexpr uint64_t multiplier = 0x9e3779b97f4a7c15; // odd, 2^64 over the golden ratio

/// A bijection of the lane for every word, so a single changed word always changes the result.
uint64_t mix(uint64_t lane, uint64_t word) {
  uint64_t product = (lane ^ word) * multiplier;
  return product ^ product >> 32; // otherwise the upper bits of a word would hardly spread
}

} // namespace

void Checksum::update(std::span<const uint8_t> bytes) {
  byteCount += bytes.size();
  while (!bytes.empty()) {
    uint64_t words[4] = {}; // zeros behind the last byte; the length tells them apart
    const size_t taken = bytes.size() < sizeof words ? bytes.size() : sizeof words;
    std::memcpy(words, bytes.data(), taken);
    for (int lane = 0; lane < 4; ++lane)
      lanes[lane] = mix(lanes[lane], words[lane]);
    bytes = bytes.subspan(taken);
  }
}

uint64_t Checksum::finish() const {
  uint64_t sum = byteCount;
  for (uint64_t lane : lanes)
    sum = mix(sum, lane);
  return sum;
}

} // namespace wasmind::host
