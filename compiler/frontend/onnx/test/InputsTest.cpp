// Inputs that are made constants, and inputs that get a shape.
#include "compiler/frontend/onnx/test/Import.h"

namespace wasmind::onnx {
namespace {

frontend::ImportOptions withConstant(const std::string &name, std::vector<std::string> numbers) {
  frontend::ImportOptions options;
  options.constants[name] = {{}, std::move(numbers), {}};
  return options;
}

frontend::ImportOptions withShape(const std::string &name, std::vector<std::string> extents) {
  frontend::ImportOptions options;
  options.shapes[name] = std::move(extents);
  return options;
}

TEST(Inputs, AConstantIsNoInput) {
  const std::string ir =
      importGraph("(float[2] x, int64 rate) => (float[2] y) { r = Cast <to = 1> (rate) y = Mul (x, r) }", 17,
                  withConstant("rate", {"16000"}));
  EXPECT_TRUE(containsInOrder(
      ir, {"@run(%arg0: tensor<2xf32>", "1.600000e+04", "note: input 'rate' is a constant and no longer an input"}));
  EXPECT_EQ(ir.find("%arg1"), std::string::npos);
}

TEST(Inputs, WhatMustBeKnownWhileCompilingFollowsFromConstants) {
  const char *topK = "(float[8] x, int64[1] k) => (float[n] v, int64[n] i) { v, i = TopK (x, k) }";
  EXPECT_TRUE(containsInOrder(importGraph(topK, 17, withConstant("k", {"3"})), {"tensor<3xf32>", "tensor<3xi64>"}));
  const char *reshape = "(int64[r] s, float[2,3] x) => (float[n,m] y) { y = Reshape (x, s) }";
  EXPECT_TRUE(containsInOrder(importGraph(reshape, 17, withConstant("s", {"3", "-1"})),
                              {"@run(%arg0: tensor<2x3xf32>", "-> (tensor<3x2xf32>"}));
}

TEST(Inputs, AConstantReplacesADefaultValue) {
  const std::string model = R"(<ir_version: 8, opset_import: ["" : 17]>
    test (float[2] x, float[2] w) => (float[2] y) <float[2] w = {1, 2}> { y = Mul (x, w) })";
  EXPECT_TRUE(containsInOrder(importText(model), {"dense<[1.000000e+00, 2.000000e+00]>"}));
  EXPECT_TRUE(containsInOrder(importText(model, withConstant("w", {"3", "4"})),
                              {"dense<[3.000000e+00, 4.000000e+00]>", "note: input 'w' is a constant"}));
}

TEST(Inputs, DefaultValuesAreConstantsOrStay) {
  auto model = [](const char *type, const char *more = "") {
    return std::string("<ir_version: 8, opset_import: [\"\" : 17]>\ntest (float[2] x, ") + type +
           " w) => (float[2] y) <float[2] w = {1, 2}" + more + "> { y = Mul (x, w) }";
  };
  frontend::ImportOptions overridable;
  overridable.overridableDefaults = true;
  EXPECT_TRUE(
      containsInOrder(importText(model("float[2]")),
                      {"@run(%arg0: tensor<2xf32>", "note: input 'w' has a default value that is constant in the "
                                                    "module; --input-defaults=overridable keeps it an input"}));
  const std::string kept = importText(model("float[2]"), overridable);
  EXPECT_TRUE(containsInOrder(kept, {"@run(%arg0: tensor<2xf32>", "%arg1: tensor<2xf32> {graph.name = \"w\"}"}));
  EXPECT_EQ(kept.find("note:"), std::string::npos) << kept;
  EXPECT_EQ(importText(model("float[n]"), overridable),
            "error: m.onnx: input 'w' has a default value and the open dimension 'n'; fix it with --shape w=..., or "
            "compile with --input-defaults=baked");
  EXPECT_EQ(importText(model("float[3]"), overridable),
            "error: m.onnx: input 'w' and its default value have different shapes");
  EXPECT_EQ(importText(model("int64[2]"), overridable),
            "error: m.onnx: input 'w' and its default value have different element types");
  overridable.shapes["w"] = {"2"};
  EXPECT_TRUE(containsInOrder(importText(model("float[n]"), overridable), {"%arg1: tensor<2xf32>"}));
  // A constant of the user has no default.
  overridable.constants["w"] = {{}, {"3", "4"}, {}};
  EXPECT_TRUE(containsInOrder(importText(model("float[n]"), overridable), {"dense<[3.000000e+00, 4.000000e+00]>"}));
}

TEST(Inputs, WithoutAShapeTheOptionIsNamed) {
  const char *body = "(float x, float[\"a b\"] z) => (float y) { y = Relu (x) }";
  std::string model = modelText(body);
  EXPECT_TRUE(containsInOrder(importText(model), {"tensor<f32>"}));
  const char *unranked = "(float[] x) => (float y) { y = Relu (x) }";
  EXPECT_EQ(importGraph(unranked),
            "error: m.onnx: input 'x' has no shape, not even a rank; give it with --shape x=..., as in "
            "1,3,height,width");
  EXPECT_TRUE(containsInOrder(importGraph(unranked, 17, withShape("x", {"1", "height"})),
                              {"{max = 640 : i64, min = 1 : i64, name = \"height\"}", "tensor<1x?xf32"}));
  EXPECT_EQ(importGraph(unranked, 17, withShape("q", {"1"})),
            "error: m.onnx: --shape q: no input of that name; the inputs are x");
}

TEST(Inputs, NamesOfShapesHaveBounds) {
  frontend::ImportOptions options = withShape("x", {"n", "4"});
  options.shapes["z"] = {"n"};
  options.dims["n"] = {2, 5};
  const std::string model = std::string("<ir_version: 8, opset_import: [\"\" : 17]>\ntest ") +
                            "(float[?,4] x, float[?] z) => (float[m,4] y) <int64[1] one = {1}> "
                            "{ u = Unsqueeze (z, one) y = Add (x, u) }";
  const std::string ir = importText(model, options);
  EXPECT_TRUE(containsInOrder(ir, {"{max = 5 : i64, min = 2 : i64, name = \"n\"}"}));
  EXPECT_EQ(ir.find("z.0"), std::string::npos) << ir;
  options.dims["x.0"] = {1, 2};
  EXPECT_EQ(importText(model, options), "error: m.onnx: --dim x.0: no dimension of that name; the inputs have n");
}

} // namespace
} // namespace wasmind::onnx
