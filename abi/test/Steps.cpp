// The list of steps is read as it was written; what is no such list is refused with the place.
#include "abi/Steps.h"
#include <gtest/gtest.h>

namespace wasmind::abi {
namespace {

StepList example() {
  StepList list;
  list.steps.push_back(
      {"f32_gemm_5x8", "contract", "gemm", "5x8", "6x8*8x16", {"/a/MatMul", "/a/Add"}, {"n"}, 1536, 900});
  list.steps.push_back({"", "loop", "", "", "3 kernels inside", {}, {}, 0, 0});
  list.arenaBytes = 4096;
  list.leastArenaBytes = 4000;
  return list;
}

TEST(Steps, AreReadAsWritten) {
  auto list = parseSteps(writeSteps(example()));
  ASSERT_TRUE(list) << list.error().text;
  ASSERT_EQ(list->steps.size(), 2u);
  const Step &step = list->steps[0];
  EXPECT_EQ(step.kernel, "f32_gemm_5x8");
  EXPECT_EQ(step.kind, "contract");
  EXPECT_EQ(step.strategy, "gemm");
  EXPECT_EQ(step.tile, "5x8");
  EXPECT_EQ(step.shape, "6x8*8x16");
  EXPECT_EQ(step.nodes, (std::vector<std::string>{"/a/MatMul", "/a/Add"}));
  EXPECT_EQ(step.dims, std::vector<std::string>{"n"});
  EXPECT_EQ(step.flops, 1536u);
  EXPECT_EQ(step.bytes, 900u);
  EXPECT_EQ(list->steps[1].kind, "loop");
  EXPECT_EQ(list->arenaBytes, 4096u);
  EXPECT_EQ(list->leastArenaBytes, 4000u);
  EXPECT_EQ(writeSteps(*list), writeSteps(example()));
}

TEST(Steps, NameWhatIsWrong) {
  auto errorAfter = [](const std::string &from, const std::string &to) {
    std::string text = writeSteps(example());
    text.replace(text.find(from), from.size(), to);
    auto list = parseSteps(text);
    return list ? "accepted" : list.error().text;
  };
  EXPECT_EQ(errorAfter("\"kind\":\"contract\"", "\"kind\":7"), "section 'wasmind.steps': steps[0].kind: not a string");
  EXPECT_EQ(errorAfter("[\"n\"]", "[7]"), "section 'wasmind.steps': steps[0].dims[0]: not a string");
  EXPECT_EQ(errorAfter("\"flops\":1536", "\"flops\":-1"),
            "section 'wasmind.steps': steps[0].flops: not a non-negative integer");
  EXPECT_EQ(errorAfter("\"steps\"", "\"other\""), "section 'wasmind.steps': steps: missing");
  EXPECT_EQ(errorAfter("{", ""), "section 'wasmind.steps': not valid JSON");
  auto none = parseSteps("[]");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text, "section 'wasmind.steps': signature: not an object");
}

} // namespace
} // namespace wasmind::abi
