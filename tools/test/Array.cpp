// .npy files: what numpy writes is read, what we write is what numpy writes, damaged files are refused with the reason.
#include "tools/Array.h"
#include "tools/Refusal.h"
#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace wasmind;
using namespace wasmind::tools;

namespace {

std::vector<uint8_t> npy(const std::string &header, const std::string &data, uint8_t version = 1) {
  std::string text = std::string("\x93NUMPY", 6) + char(version) + '\0';
  text += char(header.size() & 0xff);
  text += char(header.size() >> 8);
  if (version > 1)
    text += std::string(2, '\0');
  text += header + data;
  return {text.begin(), text.end()};
}

std::string errorOf(const std::vector<uint8_t> &bytes) {
  try {
    parseNpy(bytes);
    return "";
  } catch (const Refusal &refusal) {
    return refusal.what();
  }
}

std::string errorOf(const std::string &header, const std::string &data = "") { return errorOf(npy(header, data)); }

} // namespace

TEST(Array, readsWhatNumpyWrites) {
  Array array = parseNpy(npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }   \n", "abcdefghijkl"));
  EXPECT_EQ(array.dtype, DType::I16);
  EXPECT_EQ(array.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(std::string(array.bytes.begin(), array.bytes.end()), "abcdefghijkl");
  EXPECT_EQ(array.elementCount(), 6);
  // Versions 2 and 3 have a wider length; keys may come in any order; a scalar has an empty shape.
  for (uint8_t version : {2, 3}) {
    Array scalar = parseNpy(npy("{\"shape\": (), 'fortran_order': False, 'descr': '<f8'}", "12345678", version));
    EXPECT_EQ(scalar.dtype, DType::F64);
    EXPECT_TRUE(scalar.shape.empty());
  }
  EXPECT_EQ(parseNpy(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", "\1")).dtype, DType::Bool);
  EXPECT_EQ(parseNpy(npy("{'descr': '|V2', 'fortran_order': False, 'shape': (1,)}", "ab")).dtype, DType::BF16);
  EXPECT_EQ(parseNpy(npy("{'descr': '<f2', 'fortran_order': False, 'shape': (0, 7)}", "")).shape,
            (std::vector<int64_t>{0, 7}));
}

TEST(Array, turnsColumnMajorFiles) {
  Array array = parseNpy(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}", "adbecf"));
  EXPECT_EQ(std::string(array.bytes.begin(), array.bytes.end()), "abcdef");
}

TEST(Array, readsWhatItWrites) {
  for (std::vector<int64_t> shape : {std::vector<int64_t>{}, {4}, {2, 2}, {1, 4, 1}}) {
    Array array{DType::F32, shape, std::vector<uint8_t>(shape.empty() ? 4 : 16, 7)};
    std::vector<uint8_t> bytes = formatNpy(array);
    EXPECT_EQ((bytes.size() - array.bytes.size()) % 64, 0u);
    Array again = parseNpy(bytes);
    EXPECT_EQ(again.dtype, array.dtype);
    EXPECT_EQ(again.shape, shape);
    EXPECT_EQ(again.bytes, array.bytes);
  }
}

TEST(Array, refusesOtherFiles) {
  EXPECT_EQ(errorOf(std::vector<uint8_t>{}), "not a .npy file");
  EXPECT_EQ(errorOf(npy("", "", 4)), "version 4 of .npy files is not supported");
  EXPECT_EQ(errorOf("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", "abcd"),
            "numpy type '>f4' is not supported");
  EXPECT_EQ(errorOf("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "abcdefgh"),
            "numpy type '<c8' is not supported");
  EXPECT_EQ(errorOf("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}"),
            "arrays of records are not supported");
  EXPECT_EQ(errorOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "abcd"),
            "shape [2] of '<f4' does not fill the file");
  EXPECT_EQ(errorOf("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}", ""),
            "shape [4294967296, 4294967296, 4294967296] of '<f4' does not fill the file");
  EXPECT_EQ(errorOf("{'descr': '<f4', 'fortran_order': False}"), "its header is damaged");
  EXPECT_EQ(errorOf("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), "its header is damaged");
  EXPECT_EQ(errorOf("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}"), "its header is damaged");
  EXPECT_EQ(errorOf("{'descr': '<f4"), "its header is damaged");
}

TEST(Array, everyPrefixAndManyMutationsAreHandled) {
  const std::vector<uint8_t> whole =
      npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }\n", "abcdefghijklmnop");
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(errorOf(std::vector<uint8_t>(whole.begin(), whole.begin() + ptrdiff_t(length))), "");
  std::mt19937 random(4);
  for (int round = 0; round < 5000; ++round) {
    std::vector<uint8_t> bytes = whole;
    for (int edits = 1 + int(random() % 3); edits--;)
      bytes[random() % bytes.size()] = uint8_t(random());
    errorOf(bytes);
  }
}
