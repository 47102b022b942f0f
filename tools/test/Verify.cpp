// What counts as equal.
#include "tools/Verify.h"
#include <cmath>
#include <gtest/gtest.h>
#include <span>

using namespace wasmind;
using namespace wasmind::tools;

namespace {

template <typename T> Array arrayOf(DType dtype, std::vector<T> values) {
  auto bytes = std::as_bytes(std::span(values));
  Array array{dtype, {int64_t(values.size())}, {}};
  for (std::byte byte : bytes)
    array.bytes.push_back(uint8_t(byte));
  return array;
}

Array floats(std::vector<float> values) { return arrayOf(DType::F32, std::move(values)); }

} // namespace

TEST(Verify, floatsAreMeasuredAgainstTheLargest) {
  Comparison comparison = compare("y", floats({1, 101}), floats({2, 100}), 0.01);
  EXPECT_TRUE(comparison.isEqual);
  EXPECT_EQ(comparison.maxDifference, 1);
  EXPECT_EQ(comparison.maxExpected, 100);
  EXPECT_EQ(comparison.relative, 0.01);
  EXPECT_FALSE(compare("y", floats({1, 101}), floats({2, 100}), 0.0099).isEqual);
  EXPECT_TRUE(compare("y", floats({0}), floats({0}), 0).isEqual);
  EXPECT_FALSE(compare("y", floats({1}), floats({0}), 1).isEqual) << "anything is infinitely far from all zeros";
  EXPECT_TRUE(compare("y", floats({}), floats({}), 0).isEqual);
}

TEST(Verify, notANumberStandsAtTheSamePlace) {
  const float nan = std::nanf(""), inf = INFINITY;
  EXPECT_TRUE(compare("y", floats({nan, inf, 1}), floats({nan, inf, 1}), 0).isEqual);
  EXPECT_FALSE(compare("y", floats({nan}), floats({1}), 1).isEqual);
  EXPECT_FALSE(compare("y", floats({1}), floats({nan}), 1).isEqual);
  EXPECT_FALSE(compare("y", floats({inf}), floats({-inf}), 1).isEqual);
}

TEST(Verify, integersAreEqualOrNot) {
  Comparison comparison =
      compare("y", arrayOf<int64_t>(DType::I64, {1, (1ll << 53) + 1}), arrayOf<int64_t>(DType::I64, {1, 1ll << 53}), 1);
  EXPECT_FALSE(comparison.isEqual);
  EXPECT_EQ(comparison.reason, "element 1 is 9007199254740993 instead of 9007199254740992");
}

TEST(Verify, halfPrecision) {
  EXPECT_EQ(compare("y", arrayOf<uint16_t>(DType::F16, {0x3c00, 0x0001, 0xc000}),
                    arrayOf<uint16_t>(DType::F16, {0x3c00, 0x0000, 0xc000}), 1)
                .maxDifference,
            std::ldexp(1, -24));
  EXPECT_EQ(
      compare("y", arrayOf<uint16_t>(DType::BF16, {0x3f80}), arrayOf<uint16_t>(DType::BF16, {0x4000}), 1).maxDifference,
      1);
}

TEST(Verify, typesAndShapesMustMatch) {
  EXPECT_EQ(compare("y", floats({1}), arrayOf<double>(DType::F64, {1}), 1).reason, "element type f32 instead of f64");
  EXPECT_EQ(compare("y", floats({1}), floats({1, 2}), 1).reason, "shape [1] instead of [2]");
}
