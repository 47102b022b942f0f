// What operators become; numbers are compared by test/differential.
#include "compiler/frontend/onnx/test/Import.h"

namespace wasmind::onnx {
namespace {

TEST(Operators, ConvIsChannelsLastInside) {
  EXPECT_TRUE(containsInOrder(importGraph(R"((float[1,3,8,8] x, float[4,3,3,3] w, float[4] b) => (float[1,4,4,4] y) {
      y = Conv <strides = [2, 2], pads = [1, 1, 1, 1]> (x, w, b) })"),
                              {"graph.transpose", "graph.convolve", "strides [2, 2] pad [1, 1] [1, 1]",
                               "graph.binary add", "graph.transpose"}));
}

TEST(Operators, AutoPadPutsTheLargerHalfWhereItSays) {
  const char *body = R"((float[1,1,5,5] x, float[1,1,2,2] w) => (float[1,1,5,5] y) {
      y = Conv <auto_pad = "SAME_%s"> (x, w) })";
  for (auto [mode, pads] : {std::pair("UPPER", "pad [0, 0] [1, 1]"), std::pair("LOWER", "pad [1, 1] [0, 0]")}) {
    char text[256];
    snprintf(text, sizeof text, body, mode);
    EXPECT_TRUE(containsInOrder(importGraph(text), {"graph.convolve", pads}));
  }
}

TEST(Operators, CeilModeLeavesOutAWindowThatBeginsInThePadding) {
  // (2 + 2 - 1) / 2 rounds up to 2, + 1 = 3 windows, but the third would begin at 4 >= 2 + 1.
  EXPECT_TRUE(containsInOrder(importGraph(R"((float[1,1,2,2] x) => (float[1,1,n,m] y) {
      y = MaxPool <kernel_shape = [1, 1], strides = [2, 2], pads = [1, 1, 1, 1], ceil_mode = 1> (x) })"),
                              {"-> (tensor<1x1x2x2xf32>", "graph.window max"}));
}

TEST(Operators, AxesAreAnAttributeOrAnInput) {
  const std::string before =
      importGraph("(float[2,3] x) => (float[2] y) { y = ReduceSum <axes = [1], keepdims = 0> (x) }", 11);
  const std::string since = importGraph(R"((float[2,3] x) => (float[2] y) {
      a = Constant <value_ints = [1]> ()
      y = ReduceSum <keepdims = 0> (x, a) })");
  for (const std::string &ir : {before, since})
    EXPECT_TRUE(containsInOrder(ir, {"graph.reduce sum %arg0 dims [1] : tensor<2x3xf32>"}));
}

TEST(Operators, SoftmaxBeforeOpset13NormalisesAllAxesFromTheFirst) {
  const char *body = "(float[2,3,4] x) => (float[2,3,4] y) { y = Softmax <axis = 1> (x) }";
  EXPECT_TRUE(containsInOrder(importGraph(body, 11), {"graph.reduce max %arg0 dims [1, 2]"}));
  EXPECT_TRUE(containsInOrder(importGraph(body, 13), {"graph.reduce max %arg0 dims [1]"}));
}

TEST(Operators, ClipBoundsAreAttributesOrInputs) {
  EXPECT_TRUE(containsInOrder(importGraph("(float[2] x) => (float[2] y) { y = Clip <min = 0.0, max = 6.0> (x) }", 6),
                              {"graph.binary max", "graph.binary min"}));
  EXPECT_TRUE(containsInOrder(importGraph("(float[2] x, float m) => (float[2] y) { y = Clip (x, , m) }", 13),
                              {"graph.binary min"}));
}

TEST(Operators, NegativeStepsReverse) {
  EXPECT_TRUE(
      containsInOrder(importGraph(R"((float[7] x) => (float[n] y) {
      s = Constant <value_ints = [-1]> ()
      e = Constant <value_ints = [-100]> ()
      a = Constant <value_ints = [0]> ()
      k = Constant <value_ints = [-2]> ()
      y = Slice (x, s, e, a, k) })"),
                      {"graph.slice", "by [2]", "tensor<7xf32> -> tensor<4xf32>", "graph.reverse", "dims [0]"}));
}

TEST(Operators, ShapeArithmeticBecomesShapes) {
  // Exporters' reshape to [batch, heads, length / heads].
  const std::string ir = importGraph(R"((float[batch,length,12] x) => (float[a,b,c] y) {
      shape = Shape (x)
      zero = Constant <value_ints = [0]> ()
      one = Constant <value_ints = [1]> ()
      heads = Constant <value_ints = [4]> ()
      batch = Gather <axis = 0> (shape, zero)
      length = Gather <axis = 0> (shape, one)
      longer = Mul (length, heads)
      rest = Constant <value_ints = [-1]> ()
      target = Concat <axis = 0> (batch, longer, rest)
      y = Reshape (x, target) })");
  EXPECT_TRUE(containsInOrder(ir, {"(s0, s1 * 4, 3)", "graph.reshape %arg0"}));
}

TEST(Operators, KnownConditionsKeepOneBranch) {
  const std::string ir = importGraph(R"((float[n,3] x) => (float[n,3] y) {
      shape = Shape <start = 1> (x)
      three = Constant <value_ints = [3]> ()
      isThree = Equal (shape, three)
      y = If (isThree) <
        then_branch = g () => (float[n,3] a) { a = Relu (x) },
        else_branch = h () => (float[n,3] b) { b = Unsupported (x) }> })");
  EXPECT_TRUE(containsInOrder(ir, {"graph.binary max"}));
  EXPECT_EQ(ir.find("graph.if"), std::string::npos);
}

TEST(Operators, UnknownConditionsKeepBoth) {
  EXPECT_TRUE(containsInOrder(importGraph(R"((float[2] x, bool c) => (float[2] y) {
      y = If (c) <
        then_branch = g () => (float[2] a) { a = Relu (x) },
        else_branch = h () => (float[2] b) { b = Neg (x) }> })"),
                              {"graph.if %arg1", "graph.yield", "else", "graph.unary neg", "graph.yield"}));
}

TEST(Operators, LoopsStackTheirRows) {
  const std::string ir = importGraph(R"((float[4] x, int64 seed) => (float[4] last, float[100,4] rows) {
      trips = Constant <value_int = 100> ()
      always = Cast <to = 9> (trips)
      last, rows = Loop (trips, always, x) <
        body = b (int64 i, bool c, float[4] v) => (bool d, float[4] w, float[4] r) {
          d = Identity (c)
          w = Add (v, v)
          r = Identity (w) }> })");
  EXPECT_TRUE(containsInOrder(ir, {"graph.loop", "graph.scatter set", "graph.yield", "tensor<100x4xf32>"}));
}

TEST(Operators, FunctionBodiesOfTheSchemaAreExpanded) {
  // Celu has no converter of its own.
  EXPECT_TRUE(containsInOrder(importGraph("(float[2] x) => (float[2] y) { y = Celu <alpha = 2.0> (x) }"),
                              {"graph.operators = {Celu = 1 : i64}", "graph.unary exp"}));
}

TEST(Operators, LocalFunctionsAreExpandedWithTheirAttributes) {
  const std::string ir =
      importText(modelText("(float[2] x) => (float[2] y) { y = local.Twice <slope = 0.5> (x) }", 17, R"(
      <domain: "local", opset_import: ["" : 17]>
      Twice <slope> (a) => (b) {
        c = LeakyRelu <alpha : float = @slope> (a)
        b = Add (c, c) })"));
  EXPECT_TRUE(containsInOrder(
      ir, {"graph.operators = {Add = 1 : i64, LeakyRelu = 1 : i64}", "5.000000e-01", "graph.binary add"}));
}

TEST(Operators, HalvesOfSeveralStepsAreF32Inside) {
  for (const char *operation : {"Softmax (x)", "Celu (x)", "LeakyRelu <alpha = 0.1> (x)", "ReduceMean (x)"}) {
    const std::string ir = importGraph("(float16[2,3] x) => (float16[n,m] y) { y = " + std::string(operation) + " }");
    EXPECT_TRUE(containsInOrder(ir, {"graph.cast %arg0", "xf32>", "graph.cast", "xf16>"})) << operation;
    // Nothing is left of the steps in halves.
    for (const char *step : {"graph.binary", "graph.unary", "graph.reduce"})
      for (size_t at = ir.find(step); at != std::string::npos; at = ir.find(step, at + 1))
        EXPECT_EQ(ir.substr(at, ir.find('\n', at) - at).find("f16"), std::string::npos) << ir;
  }
}

TEST(Operators, HalvesOfOneStepStay) {
  for (const char *nodes :
       {"y = Add (x, x)", "y = Relu (x)", "y = Transpose <perm = [0, 1, 2]> (x)", "y = Conv (x, w, b)"}) {
    const std::string ir = importGraph(
        "(bfloat16[1,2,8] x, bfloat16[3,2,1] w, bfloat16[3] b) => (bfloat16[n,m,k] y) { " + std::string(nodes) + " }",
        22);
    EXPECT_EQ(ir.find("error"), std::string::npos) << ir;
    EXPECT_EQ(ir.find("f32"), std::string::npos) << ir;
  }
}

TEST(Operators, NodesComeInAnyOrder) {
  const std::string ir = importGraph("(float[2] x) => (float[2] y) { y = Add (b, a) b = Exp (a) a = Neg (x) }");
  EXPECT_TRUE(containsInOrder(ir, {"graph.unary neg", "graph.unary exp", "graph.binary add"}));
  // A name that a subgraph defines for itself is not read from outside.
  EXPECT_TRUE(containsInOrder(importGraph(R"((float[2] x, bool c) => (float[2] z) {
      y = If (c) <
        then_branch = g () => (float[2] z) { z = Relu (x) },
        else_branch = h () => (float[2] b) { b = Neg (x) }>
      z = Exp (y) })"),
                              {"graph.if", "graph.unary exp"}));
}

TEST(Operators, OutputsListedTwiceAreOne) {
  const std::string ir =
      importGraph("(float[2] x) => (float[2] y, float[2] z, float[2] y) { y = Neg (x) z = Exp (x) }");
  EXPECT_TRUE(containsInOrder(ir, {"-> (tensor<2xf32> {graph.name = \"y\"}, tensor<2xf32> {graph.name = \"z\"})",
                                   "note: output 'y' is listed more than once; the module has it once"}));
}

TEST(Operators, PadsOfRunTimeExtentsAreExpressions) {
  const std::string ir = importGraph(R"((float[1,1,h,8] x, float[1,1,3,3] w) => (float[1,1,n,m] y) {
      y = Conv <auto_pad = "SAME_UPPER", strides = [2, 2]> (x, w) })");
  EXPECT_TRUE(containsInOrder(ir, {"graph.convolve", "strides [2, 2]", "extents"}));
  // With a stride of 1 the pads are numbers.
  EXPECT_TRUE(containsInOrder(importGraph(R"((float[1,1,h,8] x, float[1,1,3,3] w) => (float[1,1,n,m] y) {
      y = Conv <auto_pad = "SAME_LOWER"> (x, w) })"),
                              {"graph.convolve", "strides [1, 1] pad [1, 1] [1, 1]"}));
}

TEST(Operators, HalvesStayHalvesWhereTheInputOfThatTypeIsLeftOut) {
  // The state has a type of its own, which only its input of the run before would say.
  EXPECT_TRUE(containsInOrder(
      importGraph(R"((float16[1,2,8] q, float16[1,2,8] k, float16[1,2,8] v) => (float16[1,2,8] y, float16[a,b,c,d] s) {
      y, s = LinearAttention <q_num_heads = 2, kv_num_heads = 2, update_rule = "linear"> (q, k, v) })",
                  27),
      {"-> (tensor<1x2x8xf16>", "tensor<1x2x4x4xf16>"}));
}

TEST(Operators, NodesThatNothingReadsAreLeftOut) {
  const std::string ir = importGraph("(float[2] x) => (float[2] y) { z = Exp (x) y = Relu (x) }");
  EXPECT_EQ(ir.find("graph.unary exp"), std::string::npos) << ir;
}

TEST(Operators, ListIsSortedAndHoldsTheFilesOfOps) {
  auto names = supportedOperators();
  EXPECT_TRUE(llvm::is_sorted(names));
  EXPECT_TRUE(llvm::is_contained(names, "Conv"));
  EXPECT_TRUE(llvm::is_contained(names, "ai.onnx.ml.Scaler"));
}

} // namespace
} // namespace wasmind::onnx
