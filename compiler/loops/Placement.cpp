// Greedy, the largest first. Where that needs more than the lifetimes together do in some call, other orders are tried:
// the fullest calls first, and the product of bytes and calls.
#include "compiler/loops/Placement.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <numeric>
#include <optional>

using namespace mlir;

namespace wasmind::loops {
namespace {

/// Bytes alive in each call.
std::vector<uint64_t> aliveBytes(ArrayRef<Lifetime> lifetimes, size_t callCount) {
  std::vector<uint64_t> begun(callCount + 1), ended(callCount + 1), alive(callCount);
  for (const Lifetime &life : lifetimes) {
    begun[life.first] += life.byteLength;
    ended[life.last + 1] += life.byteLength;
  }
  uint64_t sum = 0;
  for (size_t at = 0; at < callCount; ++at)
    alive[at] = sum += begun[at] - ended[at];
  return alive;
}

uint64_t mostOf(ArrayRef<uint64_t> bytes) { return bytes.empty() ? 0 : *llvm::max_element(bytes); }

/// Each in turn where no lifetime that overlaps it lies: at the lowest such offset, or in the narrowest gap between
/// others. Returns the bytes of all.
uint64_t placeInOrder(std::vector<Lifetime> &lifetimes, ArrayRef<size_t> order, bool isBestFit) {
  std::vector<size_t> placed;
  uint64_t total = 0;
  for (size_t current : order) {
    Lifetime &life = lifetimes[current];
    std::vector<std::pair<uint64_t, uint64_t>> taken;
    for (size_t other : placed)
      if (lifetimes[other].first <= life.last && life.first <= lifetimes[other].last)
        taken.push_back({lifetimes[other].offset, lifetimes[other].offset + lifetimes[other].byteLength});
    std::sort(taken.begin(), taken.end());
    uint64_t free = 0, least = ~uint64_t(0);
    std::optional<uint64_t> offset;
    for (auto [begin, end] : taken) {
      if (free + life.byteLength <= begin && begin - free < least) {
        offset = free;
        least = begin - free;
        if (!isBestFit)
          break;
      }
      free = std::max(free, end);
    }
    life.offset = offset.value_or(free);
    total = std::max(total, life.offset + life.byteLength);
    placed.push_back(current);
  }
  return total;
}

/// More are placed in one order only: time grows with their square.
constexpr size_t mostLifetimes = 4000;

} // namespace

uint64_t placeAll(std::vector<Lifetime> &lifetimes, size_t callCount) {
  std::vector<uint64_t> alive = aliveBytes(lifetimes, callCount);
  const uint64_t least = mostOf(alive);
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t(0));
  auto sortBy = [&](auto key) {
    llvm::stable_sort(order, [&](size_t a, size_t b) { return key(lifetimes[a]) > key(lifetimes[b]); });
  };
  auto size = [](const Lifetime &life) { return life.byteLength; };
  auto fullest = [&](const Lifetime &life) {
    return *std::max_element(alive.begin() + life.first, alive.begin() + life.last + 1);
  };
  auto area = [](const Lifetime &life) { return life.byteLength * (life.last - life.first + 1); };
  sortBy(size);
  uint64_t best = placeInOrder(lifetimes, order, /*isBestFit=*/false);
  auto attempt = [&](bool isBestFit) {
    std::vector<Lifetime> placed = lifetimes;
    const uint64_t total = placeInOrder(placed, order, isBestFit);
    if (total < best) {
      best = total;
      lifetimes = std::move(placed);
    }
  };
  auto isDone = [&] { return best <= least || lifetimes.size() > mostLifetimes; };
  if (!isDone())
    attempt(/*isBestFit=*/true);
  if (!isDone()) {
    sortBy(fullest); // of equally full calls still the largest first
    attempt(/*isBestFit=*/false);
    attempt(/*isBestFit=*/true);
  }
  if (!isDone()) {
    sortBy(area);
    attempt(/*isBestFit=*/false);
    attempt(/*isBestFit=*/true);
  }
  return best;
}

uint64_t leastBytes(const std::vector<Lifetime> &lifetimes, size_t callCount) {
  return mostOf(aliveBytes(lifetimes, callCount));
}

} // namespace wasmind::loops
