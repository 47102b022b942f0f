// Damage of the kinds that happen to files is found.
#include "runtime/host/src/Checksum.h"
#include <gtest/gtest.h>
#include <set>
#include <vector>

using wasmind::host::Checksum;

namespace {

uint64_t sumOf(const std::vector<uint8_t> &bytes, size_t piece) {
  Checksum sum;
  for (size_t at = 0; at < bytes.size(); at += piece)
    sum.update(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
  return sum.finish();
}

} // namespace

TEST(Checksum, piecesDoNotMatter) {
  std::vector<uint8_t> bytes(1000, 7);
  EXPECT_EQ(sumOf(bytes, 32), sumOf(bytes, 1024));
  EXPECT_EQ(sumOf(bytes, 320), sumOf(bytes, 1024));
}

TEST(Checksum, everyLengthAndEveryBitCounts) {
  std::set<uint64_t> sums;
  std::vector<uint8_t> bytes;
  for (size_t length = 0; length < 200; ++length, bytes.push_back(0))
    EXPECT_TRUE(sums.insert(sumOf(bytes, 1024)).second) << length;
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= uint8_t(1 << bit % 8);
    EXPECT_TRUE(sums.insert(sumOf(bytes, 1024)).second) << bit;
    bytes[bit / 8] ^= uint8_t(1 << bit % 8);
  }
}
