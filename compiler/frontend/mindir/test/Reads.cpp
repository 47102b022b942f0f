//===- Reads.cpp - what may reach outside an extent known at run time is refused, with bounds that would do -------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/test/Builder.h"
#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>

using namespace wasmind::mindir::test;

namespace {

constexpr int64_t open = INT64_MAX;

/// One primitive on x [1, 2, x.2, 3] and constants.
struct Read {
  std::string primitive;
  std::vector<Message> constants = {}, attributes = {};
  std::string reason = "";
  int64_t least = 0; ///< the smallest extent that holds what is read
};

Message text(const std::string &name, const std::string &value) {
  return Message().text(1, name).text(5, value).number(16, 8);
}
Message tuple(const std::string &name, const std::vector<int64_t> &values) {
  Message result = Message().text(1, name).number(16, 20);
  for (int64_t element : values)
    result.add(17, Message().number(10, element).number(16, 7));
  return result;
}
Message table(const std::vector<int64_t> &dims) {
  size_t count = 1;
  for (int64_t dim : dims)
    count *= dim;
  return constantTensor(tensor(1, dims, floats(std::vector<float>(count, 1))));
}
Message indices(const std::vector<int64_t> &values) {
  std::string bytes(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(int64_t));
  return constantTensor(tensor(7, {int64_t(values.size())}, bytes));
}
std::vector<Message> numbers(const std::vector<int64_t> &values) {
  std::vector<Message> result;
  for (int64_t value : values)
    result.push_back(constantInteger(value));
  return result;
}
std::vector<Message> strided(int64_t begin, int64_t end, int64_t stride, int64_t shrink) {
  std::vector<Message> result{constantTuple({0, 0, begin}), constantTuple({1, 2, end}), constantTuple({1, 1, stride})};
  for (int64_t mask : {0, 0, 0, 0, int(shrink)})
    result.push_back(constantInteger(mask));
  return result;
}

std::string errorOf(const Read &read, int64_t min, int64_t max) {
  std::vector<Message> nodes;
  std::vector<std::string> inputs{"g:x"};
  for (const Message &constant : read.constants) {
    inputs.push_back("c" + std::to_string(inputs.size()));
    nodes.push_back(node("Constant", inputs.back(), {}, {constant}));
  }
  nodes.push_back(node(read.primitive, "n", inputs, read.attributes));
  std::string result = "n";
  if (llvm::StringRef(read.primitive).ends_with("WithMask")) { // a tuple, whose mask is not computed
    nodes.push_back(node("Constant", "first", {}, {constantInteger(0)}));
    nodes.push_back(node("TupleGetItem", result = "values", {"n", "first"}, {}));
  }
  wasmind::frontend::ImportOptions options;
  options.dims["x.2"] = {min, max};
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = wasmind::mindir::importMindIRBytes(
      context, model(graph("g", {value("g:x", tensor(1, {1, 2, -1, 3}))}, nodes, result)).bytes, "net.mindir", "",
      options);
  return imported ? "" : llvm::toString(imported.takeError());
}

std::vector<Read> reads() {
  auto position = [](const std::string &at) {
    return "dimension 2: the position " + at + " may lie inside or outside an extent of 'x.2' (1..64)";
  };
  auto elements = [](const std::string &which) {
    return "dimension 2: " + which + " may lie outside an extent of 'x.2' (1..64)";
  };
  auto extent = [](const std::string &what, int64_t least) {
    return what + " needs an extent of at least " + std::to_string(least) + ", not 'x.2' (1..64)";
  };
  Message low = tuple("kernel_size", {1, 1, 5, 1}), one = tuple("strides", {1, 1, 1, 1}),
          valid = text("pad_mode", "valid");
  const std::string window = "a window that spans 5 with 0 of padding in dimension 2";
  return {
      {"SliceExt", numbers({2, 0, 10, 1}), {}, position("10"), 10},
      {"SliceExt", numbers({2, -5, open, 1}), {}, position("-5"), 5},
      {"StridedSlice", strided(0, 10, 1, 0), {}, position("10"), 10},
      {"StridedSlice", strided(-5, open, 1, 0), {}, position("-5"), 5},
      {"StridedSlice", strided(7, -100, -1, 0), {}, position("7"), 8},
      {"StridedSlice", strided(4, 5, 1, 4), {}, elements("the index 4"), 5},
      {"SelectExtView", numbers({2, -3}), {}, elements("the index -3"), 3},
      {"Narrow", numbers({2, 3, 2}), {}, elements("2 elements from 3 on"), 5},
      {"Narrow", numbers({2, -4, 2}), {}, elements("2 elements from 'x.2 - 4' (-3..60) on"), 4},
      {"Slice", {constantTuple({0, 0, 4, 0}), constantTuple({1, 2, 2, 3})}, {}, elements("2 elements from 4 on"), 6},
      {"Gather", {indices({0, 7}), constantInteger(2), constantInteger(0)}, {}, elements("the index 7"), 8},
      {"IndexSelect", {constantInteger(2), indices({-6})}, {}, elements("the index -6"), 6},
      {"PadV3",
       {constantTuple({0, 0, -2, -1})},
       {text("mode", "constant")},
       extent("padding of -2 and -1 in dimension 2", 3),
       3},
      {"PadV3",
       {constantTuple({1, 1, 2, 3})},
       {text("mode", "reflect")},
       extent("padding mode 'reflect' in dimension 2", 4),
       4},
      {"PadV3",
       {constantTuple({1, 1, 2, 3})},
       {text("mode", "circular")},
       extent("padding mode 'circular' in dimension 2", 3),
       3},
      {"ReflectionPad2D", {constantTuple({1, 1, 2, 0})}, {}, extent("padding mode 'reflect' in dimension 2", 3), 3},
      {"MirrorPad",
       {indices({0, 0, 0, 0, 2, 2, 0, 0})},
       {text("mode", "REFLECT")},
       extent("padding mode 'reflect' in dimension 2", 3),
       3},
      {"MaxPool", {}, {low, one, valid}, extent(window, 5), 5},
      {"AvgPool", {}, {low, one, valid}, extent(window, 5), 5},
      {"MaxPoolWithMask", {constantTuple({5, 1}), constantTuple({1, 1})}, {}, extent(window, 5), 5},
      {"Conv2D", {table({4, 2, 5, 1})}, {valid}, extent(window, 5), 5},
      {"Conv2DExt", {table({4, 2, 5, 1})}, {}, extent(window, 5), 5},
  };
}

TEST(Reads, OutsideAreRefusedWithBoundsThatWouldDo) {
  for (const Read &read : reads()) {
    const std::string least = std::to_string(read.least);
    EXPECT_EQ(errorOf(read, 1, 64), "net.mindir: node 'Default/n' (" + read.primitive + "): " + read.reason +
                                        "; compile with --dim x.2=" + least + "..64");
    EXPECT_EQ(errorOf(read, read.least, 64), "") << read.primitive << ": " << read.reason;
    EXPECT_EQ(errorOf(read, read.least, read.least), "") << read.primitive << ": " << read.reason;
    EXPECT_NE(errorOf(read, read.least - 1, 64), "") << read.primitive << ": " << read.reason;
  }
}

TEST(Reads, WhatTheBoundsDecideIsDecided) {
  // Everything, nothing, the last one, all but the last one, every second backwards.
  for (const Read &read : std::vector<Read>{{"SliceExt", numbers({2, 0, 64, 1})},
                                            {"SliceExt", numbers({2, 64, open, 1})},
                                            {"SliceExt", numbers({2, -1, open, 1})},
                                            {"SliceExt", numbers({2, 0, -1, 1})},
                                            {"SliceExt", numbers({2, -64, open, 1})},
                                            {"StridedSlice", strided(-1, -100, -2, 0)},
                                            {"SelectExtView", numbers({2, -1})},
                                            {"PadV3", {constantTuple({0, 0, 2, 3})}, {text("mode", "edge")}},
                                            {"Narrow", numbers({2, 0, 1})}})
    EXPECT_EQ(errorOf(read, 1, 64), "") << read.primitive;
}

} // namespace
