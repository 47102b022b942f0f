//===- AnyInputs.cpp - every primitive, given anything, ends in a graph or in one line ----------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/test/Builder.h"
#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>
#include <random>

using namespace wasmind::mindir::test;

namespace {

/// Makes networks of one primitive with inputs of all kinds, from a seeded generator.
class Generator {
public:
  explicit Generator(unsigned seed) : random(seed) {}

  Message network(const std::string &primitive) {
    std::vector<Message> inputs, nodes;
    std::vector<std::string> names;
    for (unsigned i = 0, count = random() % 8; i < count; ++i) {
      std::string name = "v" + std::to_string(i);
      // The first inputs of most primitives are tensors.
      if (random() % (i < 2 ? 5 : 2) != 0 && (i < 4 || random() % 3 == 0)) {
        name = "g:" + name;
        inputs.push_back(value(name, tensor(elementType(), extents())));
      } else {
        nodes.push_back(node("Constant", name, {}, {constant()}));
      }
      names.push_back(name);
    }
    if (random() % 4 == 0) { // as one tuple
      nodes.push_back(node("MakeTuple", "tuple", names));
      names = {"tuple"};
      nodes.push_back(node("Constant", "after", {}, {constant()}));
      names.push_back("after");
    }
    std::vector<Message> attributes;
    for (const char *name :
         {"kernel_size", "stride", "strides",  "pad",         "pad_list",   "dilation",   "group",
          "axis",        "ksize",  "pads",     "output_size", "block_size", "input_size", "hidden_size",
          "pad_mode",    "mode",   "paddings", "k",           "keep_dims",  "epsilon"})
      if (random() % 3 == 0)
        attributes.push_back(constant(name));
    nodes.push_back(node(primitive, "n", names, attributes));
    return model(graph("g", inputs, nodes, "n"));
  }

private:
  int64_t elementType() {
    static const int64_t common[] = {1, 1, 1, 1, 6, 7, 9, 10, 3, 2, 11};
    return common[random() % std::size(common)];
  }
  int64_t integer() {
    switch (random() % 12) {
    case 0:
      return INT64_MIN + static_cast<int64_t>(random() % 2);
    case 1:
      return INT64_MAX - static_cast<int64_t>(random() % 2);
    case 2:
      return static_cast<int64_t>(random()) << (random() % 32);
    case 3:
      return -1;
    default:
      return static_cast<int64_t>(random() % 6) - 1;
    }
  }
  std::vector<int64_t> extents() {
    static const std::vector<int64_t> common[] = {{2, 4, 6, 6}, {4, 4, 3, 3}, {4}, {2, 3}, {3, 4}, {}, {1}};
    if (random() % 2 == 0)
      return common[random() % std::size(common)];
    std::vector<int64_t> result(random() % 6);
    for (int64_t &extent : result)
      extent = random() % 8 == 0 ? -1 : static_cast<int64_t>(random() % 5);
    return result;
  }
  std::vector<int64_t> integers() {
    std::vector<int64_t> result(random() % 6);
    for (int64_t &entry : result)
      entry = integer();
    return result;
  }
  Message constant(const std::string &name = "value") {
    Message result = Message().text(1, name);
    switch (random() % 9) {
    case 0:
      return result.number(16, 25); // None
    case 1:
      return result.number(3, random() % 2).number(16, 9); // bool
    case 2:
      return result.text(5, random() % 2 ? "same" : "reflect").number(16, 8); // text
    case 3:
      return result.add(12, tensor(1, {2}, floats({1, -2}))).number(16, 19); // tensor
    case 4:
      return result.add(12, tensor(7, {2}, std::string(16, char(random() % 2)))).number(16, 19);
    case 5:
      return result.number(3, integer()).number(16, 7); // int
    default:                                            // tuple of int
      result.number(16, 20);
      for (int64_t entry : integers())
        result.add(17, Message().number(10, entry).number(16, 7));
      return result;
    }
  }

  std::mt19937 random;
};

TEST(AnyInputs, EndInAGraphOrInOneLine) {
  const char *asked = std::getenv("WASMIND_FUZZ_COUNT"); // more than the default to search, not to check
  const int count = asked ? std::atoi(asked) : 60;
  Generator generator(22);
  int imported = 0;
  for (llvm::StringRef primitive : wasmind::mindir::supportedPrimitives()) {
    SCOPED_TRACE(primitive.str());
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    for (int i = 0; i < count; ++i) {
      auto result =
          wasmind::mindir::importMindIRBytes(context, generator.network(primitive.str()).bytes, "net.mindir", "");
      imported += bool(result);
      if (!result) {
        std::string text = llvm::toString(result.takeError());
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        EXPECT_EQ(text.find("invalid graph"), std::string::npos) << text;
      }
    }
  }
  EXPECT_GT(imported, 100);
}

} // namespace
