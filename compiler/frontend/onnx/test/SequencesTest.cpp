// Sequences and optionals: tensors in the graph, refusals where only the run knows what they hold.
#include "compiler/frontend/onnx/test/Import.h"

namespace wasmind::onnx {
namespace {

frontend::ImportOptions withLength(const std::string &name, std::optional<int64_t> length) {
  frontend::ImportOptions options;
  options.sequences[name] = length;
  return options;
}

TEST(Sequences, TheGraphHasTheirTensors) {
  const std::string ir = importGraph("(float[2] x, float[3] y) => (seq(float[n]) s) { s = SequenceConstruct (x, y) }");
  EXPECT_TRUE(containsInOrder(
      ir, {"-> (tensor<2xf32> {graph.name = \"s.0\"}, tensor<3xf32> {graph.name = \"s.1\"})", "return %arg0, %arg1"}));
}

TEST(Sequences, AnInputsLengthIsAnOption) {
  const char *model = "(seq(float[n,3]) x) => (float[m,3] y) { y = ConcatFromSequence <axis = 0> (x) }";
  const std::string ir = importGraph(model, 17, withLength("x", 2));
  EXPECT_TRUE(containsInOrder(ir, {"{graph.name = \"x.0\"}", "{graph.name = \"x.1\"}", "graph.concat %arg0, %arg1"}));
  EXPECT_TRUE(containsInOrder(ir, {"note: dimension 'x.0.0'", "note: dimension 'x.1.0'"})); // n of each is its own
  EXPECT_EQ(importGraph(model),
            "error: m.onnx: input 'x' is a sequence of tensors, and how many it holds must be known while compiling; "
            "give it with --sequence x=N, and its tensors are the inputs 'x.0', 'x.1', ...");
  EXPECT_EQ(importGraph(model, 17, withLength("x", std::nullopt)),
            "error: m.onnx: --sequence x=none: the input is a sequence and no optional; an empty one has 0 tensors");
  EXPECT_EQ(importGraph(model, 17, withLength("z", 2)), "error: m.onnx: --sequence z: no input of that name");
  EXPECT_EQ(importGraph(model, 17, withLength("x", 5000)),
            "error: m.onnx: --sequence x=5000: expected a number of tensors, at most 4096");
  EXPECT_EQ(importGraph("(float[2] x) => (float[2] y) { y = Neg (x) }", 17, withLength("x", 1)),
            "error: m.onnx: --sequence x: the input is a tensor");
}

TEST(Sequences, AnOptionalInputIsThereOrNot) {
  const char *model = "(optional(float[2]) x) => (bool y) { y = OptionalHasElement (x) }";
  EXPECT_TRUE(containsInOrder(importGraph(model, 18, withLength("x", 1)), {"{graph.name = \"x\"}", "dense<true>"}));
  EXPECT_TRUE(containsInOrder(importGraph(model, 18, withLength("x", std::nullopt)), {"@run() ->", "dense<false>"}));
  EXPECT_EQ(importGraph(model, 18),
            "error: m.onnx: input 'x' is an optional, and code differs with and without it; say that it is there with "
            "--sequence x=1, or that it is not with --sequence x=none");
  EXPECT_EQ(importGraph(model, 18, withLength("x", 2)), "error: m.onnx: --sequence x=2: expected 1 or none");
}

TEST(Sequences, OperatorsOfTensorsRefuseThem) {
  EXPECT_EQ(
      importGraph("(float[2] x) => (float[2] y) { s = SequenceConstruct (x, x, x) y = Add (x, s) }"),
      "error: m.onnx: node 'y' (Add, opset 17): input 1 ('s') is a sequence of 3 tensors, which the operator does "
      "not take");
  EXPECT_EQ(
      importGraph("(float[2] x) => (int64 y) { y = SequenceLength (x) }"),
      "error: m.onnx: node 'y' (SequenceLength, opset 17): input 0 ('x') is a tensor, which the operator does not "
      "take");
  EXPECT_EQ(importGraph("(float[2] x) => (float[2] y) { s = Optional <type = float[2]> () y = Neg (s) }"),
            "error: m.onnx: node 'y' (Neg, opset 17): input 0 ('s') is an empty optional, which the operator does not "
            "take");
}

TEST(Sequences, BranchesGiveOneLength) {
  const char *model = R"((bool b, float[2] x) => (seq(float[2]) y) {
    y = If (b) <then_branch = t () => (seq(float[2]) s) { s = SequenceConstruct (x, x) },
                else_branch = e () => (seq(float[2]) u) { n = Neg (x) u = SequenceConstruct LAST }>
  })";
  auto with = [&](const std::string &last) {
    std::string text = model;
    return text.replace(text.find("LAST"), 4, last);
  };
  EXPECT_TRUE(containsInOrder(importGraph(with("(n, x)")), {"graph.if", "\"y.0\"", "\"y.1\""}) ||
              containsInOrder(importGraph(with("(n, x)")), {"\"y.0\"", "\"y.1\"", "graph.if"}));
  EXPECT_EQ(
      importGraph(with("(n)")),
      "error: m.onnx: node 'y' (If, opset 17): the branches give a sequence of 2 tensors and a sequence of 1 tensor "
      "as 'y', and which is taken is only known at run time, from input 'b'; fix it with --constant b=...");
}

TEST(Sequences, LoopsKeepTheirLengthOrAreWrittenOut) {
  auto model = [](const char *trips) {
    return std::string("(int64 m, float[2] x) => (seq(float[2]) y) <int64 k = {40}, bool c = {1}> {\n"
                       "s = SequenceConstruct (x) y = Loop (") +
           trips + R"(, c, s) <body = b (int64 i, bool g, seq(float[2]) a) => (bool h, seq(float[2]) z) {
      h = Identity (g) z = SequenceInsert (a, x) }> })";
  };
  EXPECT_TRUE(containsInOrder(importGraph(model("k")), {"graph.name = \"y.0\"", "graph.name = \"y.40\""}));
  EXPECT_EQ(
      importGraph(model("m")),
      "error: m.onnx: node 'y' (Loop, opset 17): carried value 0 changes from a sequence of 1 tensor to a sequence "
      "of 2 tensors in a loop of which only the run knows how often it runs; fix it with --constant m=...");
}

TEST(Sequences, PositionsOutsideAndUnlikeTensorsAreRefused) {
  const char *at =
      "(float[2] x, float[3] y, int64 p) => (float[n] z) { s = SequenceConstruct (x, y) z = SequenceAt (s, p) }";
  auto withPosition = [](const char *position) {
    frontend::ImportOptions options;
    options.constants["p"] = {{}, {position}, {}};
    return options;
  };
  EXPECT_TRUE(containsInOrder(importGraph(at, 17, withPosition("-1")), {"-> (tensor<3xf32>", "return %arg1"}));
  EXPECT_EQ(importGraph(at, 17, withPosition("2")),
            "error: m.onnx: node 'z' (SequenceAt, opset 17): position 2 of a sequence of 2");
  EXPECT_EQ(
      importGraph(at),
      "error: m.onnx: node 'z' (SequenceAt, opset 17): the sequence holds f32[2] and f32[3], so the position must "
      "be known while compiling, but depends on input 'p'; fix it with --constant p=...");
}

TEST(Sequences, OutputsThatHoldNothing) {
  EXPECT_EQ(importGraph("(float[2] x) => (seq(float[2]) y) { y = SequenceEmpty () }"),
            "error: m.onnx: its outputs hold no tensors");
  EXPECT_TRUE(
      containsInOrder(importGraph("(float[2] x) => (seq(float[2]) y, float[2] z) { y = SequenceEmpty () z = Neg (x) }"),
                      {"note: output 'y' is an empty sequence; the module has no output for it"}));
  EXPECT_EQ(
      importText("<ir_version: 8, opset_import: [\"\" : 17]> g (float[2] x) => (seq(float[2]) y, float[2] \"y.0\") "
                 "{ y = SequenceConstruct (x) \"y.0\" = Neg (x) }")
          .substr(0, 6),
      "error:");
}

} // namespace
} // namespace wasmind::onnx
