// Wrong and unsupported models are refused with exactly these words.
#include "compiler/frontend/onnx/test/Import.h"

namespace wasmind::onnx {
namespace {

std::string errorOf(llvm::StringRef body, int opset = 17) { return importGraph(body, opset); }

TEST(Errors, NotAModel) {
  mlir::MLIRContext context;
  auto binary = importOnnxBytes(context, "\x08\x07\xff\xff\xff", "m.onnx", "", /*isText=*/false);
  ASSERT_FALSE(bool(binary));
  EXPECT_EQ(llvm::toString(binary.takeError()),
            "m.onnx: not an ONNX model (the file is damaged, cut short or of another format)");
  for (auto [bytes, reason] :
       {std::pair<llvm::StringRef, const char *>("<!doctype html><title>404</title>", "an HTML page"),
        {"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"},
        {llvm::StringRef("\0asm\1\0\0\0", 8), "a WebAssembly module"}}) {
    auto foreign = importOnnxBytes(context, bytes, "m.onnx", "", /*isText=*/false);
    ASSERT_FALSE(bool(foreign));
    EXPECT_TRUE(llvm::StringRef(llvm::toString(foreign.takeError()))
                    .starts_with(std::string("m.onnx: not an ONNX model: it is ") + reason));
  }
  auto missing = importOnnx(context, "no/such/file.onnx");
  ASSERT_FALSE(bool(missing));
  EXPECT_EQ(llvm::toString(missing.takeError()), "no/such/file.onnx: No such file or directory");
  auto empty = importOnnxBytes(context, "", "m.onnx", "", /*isText=*/false);
  ASSERT_FALSE(bool(empty));
  EXPECT_EQ(llvm::toString(empty.takeError()), "m.onnx: holds no graph with outputs");
}

TEST(Errors, NamesInTheGraph) {
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] y) { y = Relu (z) }"),
            "error: m.onnx: node 'y' (Relu, opset 17): reads 'z', which nothing produces");
  EXPECT_EQ(
      errorOf("(float[2] x) => (float[2] y) { y = Relu (z) z = Neg (y) }"),
      "error: m.onnx: node 'z' (Neg, opset 17): reads a result of node 'y', which depends on it: the cycle 'y' <- "
      "'z' <- 'y'");
  EXPECT_EQ(
      errorOf("(float[2] x) => (float[2] y) { y = Add (x, y) }"),
      "error: m.onnx: node 'y' (Add, opset 17): reads a result of node 'y', which depends on it: the cycle 'y' <- "
      "'y'");
  EXPECT_EQ(
      errorOf(R"((float[2] x, bool c) => (float[2] y) {
      y = If (c) <
        then_branch = g () => (float[2] a) { a = Relu (z) },
        else_branch = h () => (float[2] b) { b = Relu (x) }>
      z = Neg (y) })"),
      "error: m.onnx: node 'z' (Neg, opset 17): reads a result of node 'y', which depends on it: the cycle 'y' <- "
      "'z' <- 'y'");
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] y) { y = Relu (x) y = Neg (x) }"),
            "error: m.onnx: the name 'y' is defined twice: by nodes 'y' and 'y'");
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] q) { y = Relu (x) }"),
            "error: m.onnx: output 'q' is not the result of any node");
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] x2) { x = Relu (x) x2 = Neg (x) }"),
            "error: m.onnx: the name 'x' is defined twice");
}

TEST(Errors, OperatorsAndVersions) {
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] y) { y = Foo (x) }"),
            "error: m.onnx: node 'y' (Foo, opset 17): no such operator");
  EXPECT_EQ(errorOf("(uint8[9] x) => (uint8[h,w,c] y) { y = ImageDecoder (x) }", 20),
            "error: m.onnx: node 'y' (ImageDecoder, opset 20): the operator is not supported");
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] y) { y = Gelu (x) }"),
            "error: m.onnx: node 'y' (Gelu, opset 17): the operator exists since opset 20; export the model with that "
            "one");
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] y) { y = Relu (x) }", 99),
            "error: m.onnx: node 'y' (Relu, opset 99): opset 99 is newer than 28, the newest that is known; export the "
            "model with an older one");
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] y) { y = com.example.Foo (x) }"),
            "error: m.onnx: node 'y' (com.example.Foo): the model imports no opset of domain 'com.example' and has no "
            "function of that name");
}

TEST(Errors, Schema) {
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] y) { y = Add (x) }"),
            "error: m.onnx: node 'y' (Add, opset 17): has input size 1 not in range [min=2, max=2]");
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] y) { y = Relu <slope = 1> (x) }"),
            "error: m.onnx: node 'y' (Relu, opset 17): Unrecognized attribute: slope for operator Relu");
  EXPECT_EQ(errorOf("(float[2] x) => (float[2] y) { y = Cast (x) }"),
            "error: m.onnx: node 'y' (Cast, opset 17): Required attribute 'to' is missing");
}

TEST(Errors, ShapesThatDoNotFit) {
  EXPECT_EQ(errorOf("(float[2] x, float[3] z) => (float[2] y) { y = Add (x, z) }"),
            "error: m.onnx: node 'y' (Add, opset 17): binary: extents 2 and 3 of dimension 0 are neither equal nor 1");
  EXPECT_EQ(errorOf(R"((float[2,3] x) => (float[4] y) {
      s = Constant <value_ints = [4]> ()
      y = Reshape (x, s) })"),
            "error: m.onnx: node 'y' (Reshape, opset 17): an input of '6' elements does not take a shape of '4'");
  EXPECT_EQ(errorOf("(float[2,3] x) => (float[4] y) { y = Softmax <axis = 2> (x) }"),
            "error: m.onnx: node 'y' (Softmax, opset 17): axis 2 of a tensor of rank 2");
  EXPECT_EQ(errorOf("(float[1,1,2,2] x, float[1,1,3,3] w) => (float[1,1,1,1] y) { y = Conv (x, w) }"),
            "error: m.onnx: node 'y' (Conv, opset 17): a kernel that spans 3 does not fit axis 2 of extent '2' (at "
            "least 2) with pads 0 and 0");
}

TEST(Errors, ExtentsThatDoNotFitAreNamedWithTheirBounds) {
  auto errorIn = [](llvm::StringRef body) {
    return importGraph(body, 17,
                       withDims({{"n", {6, 8}}, {"m", {1, 4}}, {"k", {2000000, 2000000}}, {"l", {0, 1000000}}}));
  };
  EXPECT_EQ(
      errorIn("(float[n] x) => (float[a] y, float[b] z) { s = Constant <value_ints = [2, 3]> () y, z = Split (x, s) }"),
      "error: m.onnx: node 'y' (Split, opset 17): the parts have '5' elements together, the axis has 'n'; fix it "
      "with --dim n=N, now 6..8");
  EXPECT_EQ(errorIn("(float[n] x, float[m] z) => (float[a] y) { y = Mul (x, z) }"),
            "error: m.onnx: node 'y' (Mul, opset 17): binary: extents n and m of dimension 0 are neither equal nor 1; "
            "fix them with --dim n=N --dim m=N, now 6..8 and 1..4");
  EXPECT_EQ(errorIn("(float[k,l,3] x) => (float[a,b,c] y) { y = Relu (x) }"),
            "error: m.onnx: input 'x' may have more than 2^40 elements, 2000000 x 'l' (0..1000000) x 3; bound its "
            "dimensions with --dim");
  EXPECT_EQ(errorIn("(float[k] x, float[k,1] z) => (float[a,b] y) { y = Add (x, z) }"),
            "error: m.onnx: node 'y' (Add, opset 17): a result may have more than 2^40 elements, 2000000 x 2000000");
}

TEST(Errors, ValuesNeededWhileCompiling) {
  EXPECT_EQ(
      errorOf("(float[1,2,3] x, int64[r] s) => (float[n,h,w,2] y) { y = AffineGrid (x, s) }", 20),
      "error: m.onnx: node 'y' (AffineGrid, opset 20): size (input 1, 's') depends on the data of input 's'; memory "
      "is planned while compiling, so it must be a constant or computed from shapes; fix it with --constant s=...");
}

TEST(Errors, ValuesThatAnOptionCanFixNameIt) {
  // An input, a dimension, several of them.
  EXPECT_EQ(errorOf("(float[4,8] x, int64[r] k) => (float[n,m] y) { y = ReduceSum (x, k) }"),
            "error: m.onnx: node 'y' (ReduceSum, opset 17): axes (input 1, 'k') must have a number of elements that is "
            "known while compiling; fix it with --constant k=...");
  EXPECT_EQ(errorOf("(float[4,8] x, int64[r] k) => (float[n,m] y) { d = Neg (k) y = ReduceSum (x, d) }"),
            "error: m.onnx: node 'y' (ReduceSum, opset 17): axes (input 1, 'd') must have a number of elements that is "
            "known while compiling; fix it with --constant k=...");
  // A dimension that happens to be called like the input.
  EXPECT_EQ(errorOf("(float[k,8] x, int64[k] k) => (float[n,m] y) { y = ReduceSum (x, k) }"),
            "error: m.onnx: node 'y' (ReduceSum, opset 17): axes (input 1, 'k') must have a number of elements that is "
            "known while compiling; fix it with --constant k=...");
  EXPECT_EQ(errorOf("(float[4,8] x, float[n] z) => (float[p,q] y) { s = Shape (z) o = Constant <value_ints = [1]> () "
                    "k = Expand (o, s) y = ReduceSum (x, k) }"),
            "error: m.onnx: node 'y' (ReduceSum, opset 17): axes (input 1, 'k') must have a number of elements that is "
            "known while compiling; fix it with --dim n=N");
  EXPECT_EQ(errorOf("(float[4,8] x, int64[r] a, int64[r] b) => (float[n,m] y) { c = Add (a, b) y = ReduceSum (x, c) }"),
            "error: m.onnx: node 'y' (ReduceSum, opset 17): axes (input 1, 'c') must have a number of elements that is "
            "known while compiling; fix them with --constant a=... --constant b=...");
}

TEST(Errors, BranchesThatAnOptionChoosesNameIt) {
  EXPECT_EQ(errorOf(R"((uint8[9] x, uint8[2,2,3] z, int64 rate) => (uint8[h,w,c] y) {
      k = Constant <value_int = 8> ()
      c = Equal (rate, k)
      y = If (c) <
        then_branch = g () => (uint8[2,2,3] a) { a = Identity (z) },
        else_branch = h () => (uint8[h,w,c] b) { b = ImageDecoder (x) }> })",
                    20),
            "error: m.onnx: node 'b' (ImageDecoder, opset 20): the operator is not supported; the branch of node "
            "'y' can be chosen "
            "with --constant rate=...");
  EXPECT_EQ(
      errorOf(R"((float[n,m] x, bool c) => (float[n,m] y) {
      axes = Constant <value_ints = [1]> ()
      y = If (c) <
        then_branch = g () => (float[n] a) { a = ReduceSum <keepdims = 0> (x, axes) },
        else_branch = h () => (float[n,m] b) { b = Identity (x) }> })"),
      "error: m.onnx: node 'y' (If, opset 17): the branches give f32[n] and f32[n, m], and which is taken is only "
      "known at run time, from input 'c'; fix it with --constant c=...");
}

TEST(Errors, InputsAndTypes) {
  EXPECT_EQ(errorOf("(string[2] x) => (string[2] y) { y = Identity (x) }"),
            "error: m.onnx: input 'x' has element type STRING, which is not supported");
  EXPECT_EQ(
      errorOf("(map(int64, float[2]) x) => (float[2] y) { y = Identity (x) }"),
      "error: m.onnx: input 'x' is neither a tensor nor a sequence or an optional of tensors; maps, sparse tensors "
      "and sequences of sequences are not supported as inputs");
  EXPECT_EQ(errorOf("(float x, int64[2] z) => (float y) { y = Cast <to = 8> (x) }"),
            "error: m.onnx: node 'y' (Cast, opset 17): element type STRING is not supported");
}

TEST(Errors, FunctionsThatCallThemselves) {
  EXPECT_EQ(importText(modelText("(float[2] x) => (float[2] y) { y = local.F (x) }", 17, R"(
      <domain: "local", opset_import: ["" : 17, "local" : 1]>
      F (a) => (b) { b = local.F (a) })")),
            "error: m.onnx: node 'b' (local.F, opset 1): the function calls itself, directly or through others");
}

TEST(Errors, InsideSubgraphsTheInnerNodeIsNamed) {
  EXPECT_EQ(errorOf(R"((float[2] x, bool c) => (float[2] y) {
      y = If (c) <
        then_branch = g () => (float[2] a) { a = Relu (x) },
        else_branch = h () => (float[2] b) { b = Relu (missing) }> })"),
            "error: m.onnx: node 'b' (Relu, opset 17): reads 'missing', which nothing produces; the branch of "
            "node 'y' can be chosen with --constant c=...");
}

} // namespace
} // namespace wasmind::onnx
