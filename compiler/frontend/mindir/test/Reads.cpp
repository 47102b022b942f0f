//===- Reads.cpp - what may lie outside an extent known at run time is clamped or required ------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/test/Builder.h"
#include "compiler/graph/Dimensions.h"
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

/// What an import gives of x.2 in min..max.
struct Outcome {
  std::string error;
  std::vector<std::string> requirements; ///< their texts
  std::vector<std::string> measured;     ///< their names
};

Outcome outcomeOf(const Read &read, int64_t min, int64_t max) {
  std::vector<Message> nodes;
  std::vector<std::string> inputs{"g:x"};
  for (const Message &constant : read.constants) {
    inputs.push_back("c" + std::to_string(inputs.size()));
    nodes.push_back(node("Constant", inputs.back(), {}, {constant}));
  }
  nodes.push_back(node(read.primitive, "n", inputs, read.attributes));
  std::string result = "n";
  const llvm::StringRef primitive = read.primitive;
  // Of a tuple the first: the mask of a pool is not computed.
  if (primitive.ends_with("WithMask") || primitive.starts_with("Split") || primitive == "TopkExt") {
    nodes.push_back(node("Constant", "first", {}, {constantInteger(0)}));
    nodes.push_back(node("TupleGetItem", result = "values", {"n", "first"}, {}));
  }
  wasmind::frontend::ImportOptions options;
  options.dims["x.2"] = {min, max};
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = wasmind::mindir::importMindIRBytes(
      context, model(graph("g", {value("g:x", tensor(1, {1, 2, -1, 3}))}, nodes, result)).bytes, "net.mindir", "",
      options);
  Outcome outcome;
  if (!imported) {
    outcome.error = llvm::toString(imported.takeError());
    return outcome;
  }
  for (const auto &requirement : wasmind::graph::getRequirements(*imported->module))
    outcome.requirements.push_back(requirement.text);
  for (const auto &dim : wasmind::graph::getNamedDims(*imported->module))
    if (dim.measured)
      outcome.measured.push_back(dim.name);
  return outcome;
}

/// What must lie inside.
std::vector<Read> reads() {
  auto index = [](const std::string &at) {
    return "dimension 2: the index '" + at + "' lies outside an extent of 'x.2'";
  };
  auto elements = [](const std::string &count, const std::string &start) {
    return "dimension 2: '" + count + "' elements from '" + start + "' on lie outside an extent of 'x.2'";
  };
  auto padding = [](const std::string &mode, int64_t least) {
    return "padding mode '" + mode + "' in dimension 2 needs an extent of at least '" + std::to_string(least) +
           "', and 'x.2' is less";
  };
  Message low = tuple("kernel_size", {1, 1, 5, 1}), one = tuple("strides", {1, 1, 1, 1}),
          valid = text("pad_mode", "valid");
  const std::string window =
      "a window that spans 5 with 0 of padding in dimension 2 needs an extent of at least 5, and 'x.2' is less";
  return {
      {"StridedSlice", strided(4, 5, 1, 4), {}, index("4"), 5},
      {"SelectExtView", numbers({2, -3}), {}, index("-3"), 3},
      {"Narrow", numbers({2, 3, 2}), {}, elements("2", "3"), 5},
      {"Narrow", numbers({2, -4, 2}), {}, elements("2", "x.2 - 4"), 4},
      {"Slice", {constantTuple({0, 0, 4, 0}), constantTuple({1, 2, 2, 3})}, {}, elements("2", "4"), 6},
      {"Gather", {indices({0, 7}), constantInteger(2), constantInteger(0)}, {}, index("7"), 8},
      {"IndexSelect", {constantInteger(2), indices({-6})}, {}, index("-6"), 6},
      {"TopkExt", numbers({7, 2, 1, 1}), {}, "k = '7' is out of range for an extent of 'x.2'", 7},
      {"PadV3",
       {constantTuple({0, 0, -2, -1})},
       {text("mode", "constant")},
       "padding in dimension 2 takes away '3' elements of 'x.2'",
       3},
      {"PadV3", {constantTuple({1, 1, 2, 3})}, {text("mode", "reflect")}, padding("reflect", 4), 4},
      {"PadV3", {constantTuple({1, 1, 2, 3})}, {text("mode", "circular")}, padding("circular", 3), 3},
      {"ReflectionPad2D", {constantTuple({1, 1, 2, 0})}, {}, padding("reflect", 3), 3},
      {"MirrorPad", {indices({0, 0, 0, 0, 2, 2, 0, 0})}, {text("mode", "REFLECT")}, padding("reflect", 3), 3},
      {"MirrorPad", {indices({0, 0, 0, 0, 2, 4, 0, 0})}, {text("mode", "SYMMETRIC")}, padding("SYMMETRIC", 4), 4},
      {"MaxPool", {}, {low, one, valid}, window, 5},
      {"AvgPool", {}, {low, one, valid}, window, 5},
      {"MaxPoolWithMask", {constantTuple({5, 1}), constantTuple({1, 1})}, {}, window, 5},
      {"Conv2D", {table({4, 2, 5, 1})}, {valid}, window, 5},
      {"Conv2DExt", {table({4, 2, 5, 1})}, {}, window, 5},
  };
}

TEST(Reads, WhatMayLieOutsideIsRequired) {
  for (const Read &read : reads()) {
    const std::string what = read.primitive + ": " + read.reason;
    const Outcome open = outcomeOf(read, 1, 64), narrow = outcomeOf(read, read.least, 64),
                  fixed = outcomeOf(read, read.least, read.least), never = outcomeOf(read, 1, read.least - 1);
    EXPECT_EQ(open.error, "") << what;
    EXPECT_TRUE(llvm::is_contained(open.requirements, "node 'Default/n': " + read.reason))
        << what << ", not " << llvm::join(open.requirements, "; ");
    for (const Outcome &inside : {narrow, fixed}) {
      EXPECT_EQ(inside.error, "") << what;
      EXPECT_TRUE(inside.requirements.empty()) << what << ": " << llvm::join(inside.requirements, "; ");
    }
    for (const Outcome &any : {open, narrow, fixed})
      EXPECT_TRUE(any.measured.empty()) << what << ": " << llvm::join(any.measured, ", ");
    EXPECT_EQ(never.error, "net.mindir: node 'Default/n' (" + read.primitive + "): " + read.reason);
  }
}

TEST(Reads, SlicesThatMayEndInsideAreMeasured) {
  for (const Read &read : std::vector<Read>{{"SliceExt", numbers({2, 0, 10, 1}), {}, "", 10},
                                            {"SliceExt", numbers({2, -5, open, 1}), {}, "", 5},
                                            {"StridedSlice", strided(0, 10, 1, 0), {}, "", 10},
                                            {"StridedSlice", strided(-5, open, 1, 0), {}, "", 5},
                                            {"StridedSlice", strided(7, -100, -1, 0), {}, "", 8}}) {
    const Outcome wide = outcomeOf(read, 1, 64), narrow = outcomeOf(read, read.least, 64);
    EXPECT_EQ(wide.error, "") << read.primitive;
    EXPECT_TRUE(llvm::is_contained(wide.measured, "Default/n.2")) << llvm::join(wide.measured, ", ");
    EXPECT_EQ(narrow.error, "") << read.primitive;
    EXPECT_TRUE(narrow.measured.empty()) << read.primitive << ": " << llvm::join(narrow.measured, ", ");
  }
}

TEST(Reads, PartsThatMustFillAnExtentAreRequiredTo) {
  const Read halves{"Split", numbers({2, 2}), {}, "", 0},
      parts{"SplitWithSize", {constantTuple({2, 3}), constantInteger(2)}, {}, "", 0};
  for (const Read &read : {halves, parts}) {
    const Outcome wide = outcomeOf(read, 1, 64);
    EXPECT_EQ(wide.error, "") << read.primitive;
    EXPECT_FALSE(wide.requirements.empty()) << read.primitive;
    EXPECT_NE(outcomeOf(read, 3, 3).error, "") << read.primitive;
  }
  EXPECT_TRUE(outcomeOf(halves, 6, 6).requirements.empty());
  EXPECT_TRUE(outcomeOf(parts, 5, 5).requirements.empty());
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
                                            {"Narrow", numbers({2, 0, 1})}}) {
    const Outcome outcome = outcomeOf(read, 1, 64);
    EXPECT_EQ(outcome.error, "") << read.primitive;
    EXPECT_TRUE(outcome.requirements.empty()) << read.primitive << ": " << llvm::join(outcome.requirements, "; ");
    EXPECT_TRUE(outcome.measured.empty()) << read.primitive << ": " << llvm::join(outcome.measured, ", ");
  }
}

} // namespace
