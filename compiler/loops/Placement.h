//===- Placement.h - lifetimes that share memory ------------------------------------------------------------------===//
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wasmind::loops {

/// A stretch of the arena that is in use from one call to another (inclusive).
struct Lifetime {
  uint64_t byteLength = 0; ///< with room behind it, in whole units of alignment
  size_t first = 0, last = 0;
  uint64_t offset = 0;
};

/// Places lifetimes within calls [0, callCount) so that none lies over another of the same call; returns the bytes of
/// all.
uint64_t placeAll(std::vector<Lifetime> &lifetimes, size_t callCount);

/// The most bytes of lifetimes that share one call: what no placement goes below.
uint64_t leastBytes(const std::vector<Lifetime> &lifetimes, size_t callCount);

} // namespace wasmind::loops
