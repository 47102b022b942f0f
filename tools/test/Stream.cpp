// `--stream`: which array is given element by element, and what comes back stacked.
#include "tools/Stream.h"
#include "tools/Refusal.h"
#include <gtest/gtest.h>

using namespace wasmind;
using namespace wasmind::tools;

namespace {

Array arrayOf(std::vector<int64_t> shape, std::vector<uint8_t> values) { return {DType::U8, std::move(shape), values}; }

Signature::Tensor tensorOf(const std::string &name, std::vector<int64_t> bounds) {
  const size_t rank = bounds.size();
  return {name, DType::U8, std::move(bounds), std::vector<int32_t>(rank, -1), 0};
}

const Signature::Function entry{
    "run", {tensorOf("x", {2}), tensorOf("rate", {}), tensorOf("z", {2})}, {tensorOf("y", {2})}, {}};

std::string errorOf(std::vector<Array> arrays) {
  try {
    Stream stream(arrays, entry);
  } catch (const Refusal &refusal) {
    return refusal.what();
  }
  return "";
}

} // namespace

TEST(Stream, givesElementsAndWhatStaysTheSame) {
  std::vector<Array> arrays{arrayOf({3, 2}, {1, 2, 3, 4, 5, 6}), arrayOf({}, {9}), arrayOf({2}, {7, 8})};
  Stream stream(arrays, entry);
  ASSERT_EQ(stream.length(), 3u);
  StackedOutputs stacked(entry);
  for (uint8_t run = 0; run < 3; ++run) {
    std::vector<Tensor> inputs = stream.inputsOf(run);
    EXPECT_EQ(inputs[0].shape(), (std::vector<int64_t>{2}));
    EXPECT_EQ(inputs[0].elements<uint8_t>()[1], 2 * run + 2);
    EXPECT_TRUE(inputs[1].shape().empty());
    EXPECT_EQ(inputs[1].elements<uint8_t>()[0], 9);
    EXPECT_EQ(inputs[2].elements<uint8_t>()[1], 8);
    stacked.add({inputs[0]});
  }
  std::vector<Array> outputs = stacked.take();
  EXPECT_EQ(outputs[0].shape, arrays[0].shape);
  EXPECT_EQ(outputs[0].bytes, arrays[0].bytes);
}

TEST(Stream, stacksScalars) {
  Array a = arrayOf({}, {3}), b = arrayOf({}, {4});
  StackedOutputs stacked(entry);
  stacked.add({a.view()});
  stacked.add({b.view()});
  EXPECT_EQ(stacked.take()[0].shape, (std::vector<int64_t>{2}));
}

TEST(Stream, refuses) {
  const Array rate = arrayOf({}, {9}), same = arrayOf({2}, {7, 8});
  EXPECT_EQ(errorOf({same, rate, same}),
            "--stream: no array has one axis more than its input; the leading one counts the runs");
  EXPECT_EQ(errorOf({arrayOf({2, 2}, {1, 2, 3, 4}), rate, arrayOf({1, 2}, {1, 2})}),
            "--stream: input 'x' has 2 runs and 'z' has 1");
  EXPECT_EQ(errorOf({arrayOf({0, 2}, {}), rate, same}), "--stream: input 'x' has no runs, its leading axis is 0");

  Array shorter = arrayOf({1}, {1}), y = same;
  StackedOutputs stacked(entry);
  stacked.add({y.view()});
  EXPECT_THROW(stacked.add({shorter.view()}), Refusal);
}
