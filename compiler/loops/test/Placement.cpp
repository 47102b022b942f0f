// Lifetimes that share memory: never over each other, and close to what no placement goes below.
#include "compiler/loops/Placement.h"
#include <gtest/gtest.h>
#include <random>

namespace wasmind::loops::test {
namespace {

void expectApart(const std::vector<Lifetime> &lifetimes, uint64_t total) {
  for (const Lifetime &a : lifetimes) {
    EXPECT_LE(a.offset + a.byteLength, total);
    for (const Lifetime &b : lifetimes)
      if (&a != &b && a.first <= b.last && b.first <= a.last)
        EXPECT_TRUE(a.offset + a.byteLength <= b.offset || b.offset + b.byteLength <= a.offset)
            << a.offset << " + " << a.byteLength << " and " << b.offset << " + " << b.byteLength;
  }
}

std::vector<Lifetime> randomLifetimes(std::mt19937 &random, size_t callCount, bool isChain) {
  auto number = [&](size_t low, size_t high) { return std::uniform_int_distribution<size_t>(low, high)(random); };
  std::vector<Lifetime> lifetimes;
  for (size_t i = 0; i < 2 * callCount; ++i) {
    const size_t first = number(0, callCount - 1), calls = isChain ? 1 : number(0, callCount / 3);
    const uint64_t byteLength = 64 * number(1, 64);
    lifetimes.push_back({byteLength, first, std::min(first + calls, callCount - 1)});
  }
  return lifetimes;
}

TEST(Placement, IsApartAndNearTheLeast) {
  std::mt19937 random(1);
  for (int round = 0; round < 40; ++round) {
    std::vector<Lifetime> lifetimes = randomLifetimes(random, 60, round % 2);
    const uint64_t total = placeAll(lifetimes, 60), least = leastBytes(lifetimes, 60);
    expectApart(lifetimes, total);
    EXPECT_GE(total, least);
    EXPECT_LE(double(total), 1.15 * double(least)) // models, whose tensors live from one to the next, leave fewer holes
        << "round " << round;
  }
}

/// The largest first leaves a hole of 64 bytes here; the fullest call first does not.
TEST(Placement, TriesAnotherOrder) {
  std::vector<Lifetime> lifetimes{{64, 0, 2}, {192, 0, 1}, {320, 3, 3}, {192, 2, 2}, {192, 1, 2}, {256, 2, 3}};
  const uint64_t total = placeAll(lifetimes, 4);
  expectApart(lifetimes, total);
  EXPECT_EQ(total, leastBytes(lifetimes, 4));
}

TEST(Placement, LeastIsTheFullestCall) {
  std::vector<Lifetime> lifetimes{{192, 0, 1}, {256, 1, 2}, {64, 2, 2}};
  EXPECT_EQ(leastBytes(lifetimes, 3), 448u);
  EXPECT_EQ(placeAll(lifetimes, 3), 448u);
  std::vector<Lifetime> none;
  EXPECT_EQ(placeAll(none, 0), 0u);
  EXPECT_EQ(leastBytes(none, 3), 0u);
}

} // namespace
} // namespace wasmind::loops::test
