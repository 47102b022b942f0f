// What kernels are called: how each computes, in the words of Names.h; and where it says it comes from.
#include "compiler/loops/Names.h"
#include "compiler/loops/Loops.h"
#include "compiler/loops/LoopsOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;

namespace wasmind::loops::test {
namespace {

using List = std::vector<std::string>;

class Names : public ::testing::Test {
protected:
  Names() { context.loadDialect<graph::GraphDialect, func::FuncDialect>(); }

  Program lowered(const std::string &text, const Options &options = {}) {
    modules.push_back(parseSourceString<ModuleOp>(text, &context));
    EXPECT_TRUE(modules.back());
    auto program = lowerToLoops(*modules.back(), options);
    EXPECT_TRUE(bool(program)) << llvm::toString(program.takeError());
    return program ? std::move(*program) : Program();
  }

  std::vector<std::string> namesOf(const std::string &text, const Options &options = {}) {
    std::vector<std::string> names;
    for (const KernelRecord &kernel : lowered(text, options).kernels)
      names.push_back(kernel.name);
    return names;
  }

  /// The product of an m x 8 matrix and one of 8 x 16, which a run gives or not.
  std::string product(int64_t m, bool isConstant, const std::string &left = "f32", const std::string &right = "f32",
                      const std::string &result = "f32") {
    const std::string a = "tensor<" + std::to_string(m) + "x8x" + left + ">", b = "tensor<8x16x" + right + ">",
                      y = "tensor<" + std::to_string(m) + "x16x" + result + ">";
    return "func.func @run(%x: " + a + (isConstant ? "" : ", %w: " + b) + ") -> " + y + " {\n" +
           (isConstant ? "%w = graph.constant dense<1.0> : " + b + " : " + b + "\n" : "") +
           "%y = graph.contract %x, %w batch [] x [] contract [1] x [0] : " + a + ", " + b +
           (left != result ? " -> " + y : "") + "\nreturn %y : " + y + "}";
  }

  MLIRContext context;
  std::vector<OwningOpRef<ModuleOp>> modules;
};

TEST_F(Names, SayTheTileOfAProduct) {
  EXPECT_EQ(namesOf(product(6, true)), (List{"f32_gemm_5x8"}));
  EXPECT_EQ(namesOf(product(1, true)), (List{"f32_gemm_1x8"}));
  EXPECT_EQ(namesOf(product(3, false)), (List{"f32_gemv"}));
  EXPECT_EQ(namesOf(product(6, true, "f64", "f64", "f64")), (List{"f64_naive_contract"}));
}

TEST_F(Names, SayTheWindowOfAConvolution) {
  auto convolution = [](const std::string &channels, const std::string &weights, const std::string &result,
                        const std::string &rest) {
    const std::string x = "tensor<1x64x64x" + channels + "xf32>", w = "tensor<" + weights + "xf32>",
                      y = "tensor<1x" + result + "xf32>";
    return "func.func @run(%x: " + x + ") -> " + y + " {\n%w = graph.constant dense<0.5> : " + w + " : " + w +
           "\n%y = graph.convolve %x, %w " + rest + " : " + x + ", " + w + "\nreturn %y : " + y + "}";
  };
  Options winograd;
  winograd.winograd = true;
  const std::string plain = "strides [1, 1] pad [1, 1] [1, 1] dilations [1, 1]";
  EXPECT_EQ(namesOf(convolution("64", "3x3x64x64", "64x64x64", plain)), (List{"f32_im2col_gemm_5x8"}));
  EXPECT_EQ(namesOf(convolution("64", "3x3x64x64", "64x64x64", plain), winograd), (List{"f32_winograd4"}));
  EXPECT_EQ(namesOf(convolution("64", "1x1x64x8", "64x64x8", "strides [1, 1] pad [0, 0] [0, 0] dilations [1, 1]")),
            (List{"f32_gemm_5x8"}));
  EXPECT_EQ(
      namesOf(convolution("8", "3x3x1x8", "32x32x8", "strides [2, 2] pad [1, 1] [0, 0] dilations [1, 1] groups 8")),
      (List{"f32_depthwise_3x3s2"}));
}

TEST_F(Names, SayWhatMovesAndWhatComputes) {
  EXPECT_EQ(namesOf(R"(
    func.func @run(%x: tensor<4x9xf32>) -> (tensor<9x4xf32>, tensor<4x9xf32>, tensor<4x9xf32>, tensor<4x9xf32>) {
      %t = graph.transpose %x [1, 0] : tensor<4x9xf32>
      %a = graph.unary exp %x : tensor<4x9xf32>
      %b = graph.unary neg %x : tensor<4x9xf32>
      %c = graph.unary exp %x : tensor<4x9xf32>
      return %t, %a, %b, %c : tensor<9x4xf32>, tensor<4x9xf32>, tensor<4x9xf32>, tensor<4x9xf32>
    })"),
            (List{"f32_move", "f32_elementwise", "f32_elementwise_2"}));
}

TEST_F(Names, SayTheWindowOfAPool) {
  EXPECT_EQ(namesOf(R"(
    func.func @run(%x: tensor<1x9x9x8xf32>) -> (tensor<1x4x4x8xf32>, tensor<1x9x7x8xf32>) {
      %a = graph.window max %x sizes [1, 3, 3, 1] strides [1, 2, 2, 1] pad [0, 0, 0, 0] [0, 0, 0, 0] dilations [1, 1, 1, 1] : tensor<1x9x9x8xf32>
      %b = graph.window sum %x sizes [1, 1, 2, 1] strides [1, 1, 1, 1] pad [0, 0, 0, 0] [0, 0, 0, 0] dilations [1, 1, 2, 1] : tensor<1x9x9x8xf32>
      return %a, %b : tensor<1x4x4x8xf32>, tensor<1x9x7x8xf32>
    })"),
            (List{"f32_window_3x3s2", "f32_window_2s1d2"}));
}

TEST_F(Names, SayWhatRowsAreReducedTo) {
  auto chain = [](int length) {
    std::string text = "func.func @run(%x0: tensor<4x9xf32>) -> tensor<4x9xf32> {\n";
    for (int i = 0; i < length; ++i) {
      const std::string n = std::to_string(i);
      text += "%s" + n + " = graph.reduce sum %x" + n + " dims [1] : tensor<4x9xf32>\n%r" + n + " = graph.reshape %s" +
              n + " : tensor<4xf32> -> tensor<4x1xf32>\n%x" + std::to_string(i + 1) + " = graph.binary sub %x" + n +
              ", %r" + n + " : tensor<4x9xf32>, tensor<4x1xf32>\n";
    }
    return text + "return %x" + std::to_string(length) + " : tensor<4x9xf32>}";
  };
  EXPECT_EQ(namesOf(chain(2)), (List{"f32_row_sum_sum"}));
  EXPECT_EQ(namesOf(chain(5)), (List{"f32_row_passes5"}));
}

/// Of equal kernels there is one, which all that it computes is the location of.
TEST_F(Names, StandWithTheNodes) {
  Program program = lowered(R"(
    func.func @run(%x: tensor<4x9xf32>, %y: tensor<4x9xf32>) -> (tensor<4x9xf32>, tensor<4x9xf32>) {
      %a = graph.unary exp %x : tensor<4x9xf32> loc("first")
      %b = graph.unary neg %a : tensor<4x9xf32> loc("second")
      %c = graph.unary exp %y : tensor<4x9xf32> loc("third")
      %d = graph.unary neg %c : tensor<4x9xf32> loc("fourth")
      return %b, %d : tensor<4x9xf32>, tensor<4x9xf32>
    })");
  auto kernel = program.code->lookupSymbol<func::FuncOp>("f32_elementwise");
  ASSERT_TRUE(kernel);
  llvm::SetVector<StringAttr> nodes;
  appendNodes(kernel.getLoc(), nodes);
  std::vector<std::string> names;
  for (StringAttr node : nodes)
    names.push_back(node.str());
  EXPECT_EQ(names, (List{"first", "second", "third", "fourth"}));
}

TEST(UniqueNames, AreNeverTwice) {
  UniqueNames names;
  EXPECT_EQ(names.take("pack"), "pack");
  EXPECT_EQ(names.take("pack_2"), "pack_2");
  EXPECT_EQ(names.take("pack"), "pack_3");
  EXPECT_EQ(names.take("pack_2"), "pack_2_2");
  EXPECT_EQ(names.take("pack_3"), "pack_3_2");
}

} // namespace
} // namespace wasmind::loops::test
