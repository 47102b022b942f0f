//===- Inputs.cpp - inputs that are made constants, and inputs that get a shape -----------------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/test/Builder.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace wasmind::mindir::test;
namespace frontend = wasmind::frontend;

namespace {

constexpr int64_t float32 = 1, int64 = 7;

std::string imported(const Message &model, const frontend::ImportOptions &options = {}) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = wasmind::mindir::importMindIRBytes(context, model.bytes, "net.mindir", "", options);
  if (!imported)
    return llvm::toString(imported.takeError());
  std::string text;
  llvm::raw_string_ostream stream(text);
  (*imported->module)->print(stream);
  for (const std::string &note : imported->notes)
    stream << "note: " << note << "\n";
  return text;
}

frontend::ImportOptions withConstant(const std::string &name, std::vector<std::string> numbers) {
  frontend::ImportOptions options;
  options.constants[name] = {{}, std::move(numbers), {}};
  return options;
}

void expectContains(const std::string &text, const std::string &part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in\n" << text;
}

TEST(Inputs, WhatMustBeKnownWhileCompilingFollowsFromConstants) {
  const Message reshape = model(graph("g", {value("g:x", tensor(float32, {2, 3})), value("g:s", tensor(int64, {-1}))},
                                      {node("Reshape", "n", {"g:x", "g:s"})}, "n"));
  expectContains(imported(reshape), "it depends on the data of input 's'; fix it with --constant s=...");
  const std::string text = imported(reshape, withConstant("s", {"3", "-1"}));
  expectContains(text, "@run(%arg0: tensor<2x3xf32> {graph.name = \"x\"}) -> (tensor<3x2xf32>");
  expectContains(text, "note: input 's' is a constant and no longer an input");
  EXPECT_EQ(text.find("note: extent"), std::string::npos) << text;

  const Message axis = model(graph("g", {value("g:x", tensor(float32, {2, 3})), value("g:a", tensor(int64, {}))},
                                   {node("ExpandDims", "n", {"g:x", "g:a"})}, "n"));
  EXPECT_EQ(imported(axis),
            "net.mindir: node 'Default/n' (ExpandDims): input 1 (axis) is a tensor, a constant integer is needed, and "
            "it depends on the data of input 'a'; fix it with --constant a=...");
  expectContains(imported(axis, withConstant("a", {"1"})), "-> (tensor<2x1x3xf32>");
  EXPECT_EQ(imported(axis, withConstant("a", {"1", "2"})),
            "net.mindir: --constant a: 2 numbers do not fill input 'a' of shape []");
  EXPECT_EQ(imported(axis, withConstant("b", {"1"})),
            "net.mindir: --constant b: no input of that name; the inputs are x, a");
}

TEST(Inputs, TuplesAreTheirTensors) {
  // AttributeProto: 12 tensors, 16 type (19 tensor, 20 tuple, 39 number), 17 elements of a tuple.
  auto element = [](int64_t extent) { return Message().add(12, tensor(float32, {extent})).number(16, 19); };
  auto tuple = [](const std::vector<Message> &elements) {
    Message message;
    for (const Message &each : elements)
      message.add(17, each);
    return message.number(16, 20);
  };
  auto input = [](const Message &info) { return Message().text(1, "g:p").text(4, "Tuple").add(5, info); };
  const Message nested = input(tuple({element(2), tuple({element(3), tuple({element(4)})})}));
  const std::string text = imported(model(graph("g", {nested, value("g:x", tensor(float32, {5}))}, {}, "g:p")));
  for (const char *part : {"tensor<2xf32> {graph.name = \"p_0\"}", "tensor<3xf32> {graph.name = \"p_1_0\"}",
                           "tensor<4xf32> {graph.name = \"p_1_1_0\"}", "tensor<5xf32> {graph.name = \"x\"}"})
    expectContains(text, part);
  const Message number = Message().add(12, tensor(int64, {0})).number(16, 39);
  EXPECT_EQ(imported(model(graph("g", {input(tuple({element(2), tuple({number})}))}, {}, "g:p"))),
            "net.mindir: input 'p' is not a tensor; give the network tensors only");
}

TEST(Inputs, ConstantsOfAnyTypeAreValues) {
  const Message add = model(graph("g", {value("g:x", tensor(float32, {3})), value("g:y", tensor(float32, {3}))},
                                  {node("Add", "n", {"g:x", "g:y"})}, "n"));
  expectContains(imported(add, withConstant("y", {"1.5", "-2", "0"})),
                 "@run(%arg0: tensor<3xf32> {graph.name = \"x\"})");
  frontend::ImportOptions options;
  options.dims["y"] = {1, 1};
  EXPECT_EQ(imported(add, options),
            "net.mindir: --dim y: no dimension of that name; it is an input, whose value --constant y=... sets");
}

TEST(Inputs, ShapesOfAnyRankAndNames) {
  const Message anyRank = value("g:x", tensor(float32, {-2}));
  const Message add =
      model(graph("g", {anyRank, value("g:y", tensor(float32, {-1, 3}))}, {node("Add", "n", {"g:x", "g:y"})}, "n"));
  expectContains(imported(add), "input 'x' may have any rank; give its shape with --shape x=...");
  frontend::ImportOptions options;
  options.shapes["x"] = {"rows", "3"};
  options.shapes["y"] = {"rows", "3"};
  options.dims["rows"] = {2, 5};
  const std::string text = imported(add, options);
  expectContains(text, "{max = 5 : i64, min = 2 : i64, name = \"rows\"}");
  EXPECT_EQ(text.find("y.0"), std::string::npos) << text;
  options.shapes["y"] = {"rows", "4"};
  EXPECT_EQ(imported(add, options), "net.mindir: --shape y=rows,4: axis 1 of input 'y' is 3, not 4");
}

TEST(Inputs, HaveNoDefaultValues) {
  frontend::ImportOptions options;
  options.overridableDefaults = true;
  expectContains(
      imported(model(graph("g", {value("g:x", tensor(float32, {2}))}, {node("ReLU", "n", {"g:x"})}, "n")), options),
      "net.mindir: --input-defaults=overridable is an option of ONNX models");
}

} // namespace
