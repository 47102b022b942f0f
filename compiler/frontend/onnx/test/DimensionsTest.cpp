// Names and bounds of run-time extents.
#include "compiler/frontend/onnx/test/Import.h"

namespace wasmind::onnx {
namespace {

TEST(Dimensions, NamesAreTheModelsOrThePlace) {
  const std::string ir = importGraph("(float[batch,length] x, float[?] z) => (float[batch,length] y) { y = Relu (x) }");
  EXPECT_TRUE(containsInOrder(ir, {"{max = 8 : i64, min = 1 : i64, name = \"batch\"}",
                                   "{max = 640 : i64, min = 1 : i64, name = \"length\"}",
                                   "{max = 8 : i64, min = 1 : i64, name = \"z.0\", unnamed}"}));
  EXPECT_TRUE(containsInOrder(
      ir, {"note: dimension 'batch' (axis 0 of input 'x') is 1..8; --dim batch=N or --dim batch=MIN..MAX sets it"}));
}

TEST(Dimensions, OptionsFixOrBound) {
  const char *body = "(float[batch,length] x) => (float[batch,length] y) { y = Relu (x) }";
  EXPECT_TRUE(containsInOrder(importGraph(body, 17, withDims({{"batch", {1, 1}}, {"length", {2, 512}}})),
                              {"{max = 512 : i64, min = 2 : i64, name = \"length\"}", "tensor<1x?xf32"}));
  EXPECT_EQ(importGraph(body, 17, withDims({{"lenght", {1, 1}}})),
            "error: m.onnx: --dim lenght: no dimension of that name; the inputs have batch, length");
  EXPECT_EQ(importGraph(body, 17, withDims({{"batch", {3, 2}}})),
            "error: m.onnx: --dim batch=3..2 is not a range of extents");
}

TEST(Dimensions, TablesBoundTheLengthsThatSliceThem) {
  // Position embeddings: the first `length` of 512 positions.
  const std::string model = R"(<ir_version: 8, opset_import: ["" : 17]>
    test (float[batch,length] x) => (float[n] y) <int64[1] limit = {512}> {
      table = ConstantOfShape (limit)
      zero = Constant <value_ints = [0]> ()
      length = Shape <start = 1> (x)
      y = Slice (table, zero, length) })";
  EXPECT_TRUE(containsInOrder(importText(model), {"{max = 512 : i64, min = 1 : i64, name = \"length\"}"}));
  // Whoever bounds the length otherwise gets what there is.
  EXPECT_TRUE(containsInOrder(importText(model, withDims({{"length", {1, 600}}})),
                              {"{max = 512 : i64, measured, min = 0 : i64, name = \"y.0\"}", "graph.measure"}));
}

TEST(Dimensions, KernelsBoundTheExtentsThatTheyFit) {
  EXPECT_TRUE(
      containsInOrder(importGraph(R"((float[1,1,width] x, float[1,1,5] w) => (float[1,1,n] y) { y = Conv (x, w) })"),
                      {"{max = 640 : i64, min = 5 : i64, name = \"width\"}"}));
}

TEST(Dimensions, UnnamedOnesThatMeetAreEqualOrOne) {
  const std::string ir = importGraph("(float[?,3] a, float[?,3] b) => (float[n,3] y) { y = Add (a, b) }");
  EXPECT_TRUE(containsInOrder(ir, {"the extents a.0 and y.0 meet and must be equal, or one of them 1", "graph.measure",
                                   "graph.gather", "graph.gather", "graph.binary add"}));
}

TEST(Dimensions, NamedOnesThatMeetAreRequiredToBeEqual) {
  const std::string ir =
      importGraph("(float[n] x, float[1] z, float[total] m) => (float[k] y) { c = Concat <axis = 0> (x, z) "
                  "y = Mul (c, m) }");
  EXPECT_TRUE(
      containsInOrder(ir, {"graph.requirements", "node 'y': the extents n + 1 and total meet and must be equal"}));
}

TEST(Dimensions, FormulasAreWhatTheirNamesSay) {
  // Nothing meets that is not known to be equal, so that nothing else is required.
  const char *body = "(float[n] x, float[1] z, float[\"n + 1\"] m) => (float[k] y) { c = Concat <axis = 0> (x, z) "
                     "y = Mul (c, m) }";
  const std::string ir = importGraph(body);
  EXPECT_TRUE(containsInOrder(ir, {"name = \"n + 1\"", "axis 0 of input 'm' must be n + 1, as its name says", "@run(",
                                   "graph.reshape %arg2", "note: dimension 'n'"}));
  EXPECT_EQ(ir.find("must be equal"), std::string::npos) << ir;
  EXPECT_EQ(ir.find("note: dimension 'n + 1'"), std::string::npos) << ir;
  EXPECT_TRUE(containsInOrder(importGraph(body, 17, withDims({{"n", {3, 3}}})), {"%arg2: tensor<4xf32>"}));
  EXPECT_EQ(importGraph(body, 17, withDims({{"m", {3, 3}}})),
            "error: m.onnx: --dim m: no dimension of that name; it is an input, whose value --constant m=... sets");
}

TEST(Dimensions, TheValueOfAnInputIsAnotherOption) {
  EXPECT_EQ(
      importGraph("(float[2] x, int64 rate) => (float[2] y) { r = Cast <to = 1> (rate) y = Mul (x, r) }", 17,
                  withDims({{"rate", {16000, 16000}}})),
      "error: m.onnx: --dim rate: no dimension of that name; it is an input, whose value --constant rate=... sets");
}

} // namespace
} // namespace wasmind::onnx
