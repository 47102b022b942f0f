// The generator gives the same elements as the one of runtime/web: the bytes below were taken from there.
#include "tools/RandomInputs.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

using namespace wasmind;
using namespace wasmind::tools;

namespace {

std::string hex(const Array &array) {
  std::string text;
  char digits[3];
  for (uint8_t byte : array.bytes) {
    std::snprintf(digits, sizeof digits, "%02x", byte);
    text += digits;
  }
  return text;
}

} // namespace

TEST(RandomInputs, areTheSameInEveryHost) {
  Signature::Function function;
  for (DType dtype : {DType::F32, DType::F64, DType::F16, DType::BF16, DType::I8, DType::I64, DType::Bool})
    function.inputs.push_back({"x", dtype, {3}, {-1}, 3 * byteWidth(dtype)});
  std::vector<Array> arrays = randomInputs(function, 7);
  EXPECT_EQ(hex(arrays[0]), "7a92493fbcf5753f3c7520bf");
  EXPECT_EQ(hex(arrays[1]), "0000000021c3cdbf00000000e19fcebf000000802baee63f");
  EXPECT_EQ(hex(arrays[2]), "a8b810b17a3b");
  EXPECT_EQ(hex(arrays[3]), "36bfc93ee53e");
  EXPECT_EQ(hex(arrays[4]), "000001");
  EXPECT_EQ(hex(arrays[5]), "000000000000000000000000000000000100000000000000");
  EXPECT_EQ(hex(arrays[6]), "000000");
}

TEST(RandomInputs, liveWithinTheirRange) {
  Signature::Function function;
  function.inputs.push_back({"x", DType::F32, {100, 100}, {-1, 0}, 40000});
  Array array = randomInputs(function, 1)[0];
  EXPECT_EQ(array.shape, (std::vector<int64_t>{100, 100}));
  double sum = 0;
  for (size_t at = 0; at < array.bytes.size(); at += 4) {
    float value;
    std::memcpy(&value, &array.bytes[at], 4);
    EXPECT_GE(value, -1);
    EXPECT_LT(value, 1);
    sum += value;
  }
  EXPECT_LT(std::fabs(sum / 10000), 0.03);
  EXPECT_NE(randomInputs(function, 2)[0].bytes, array.bytes);
}
