// Names of extents that are formulas: which are, what they say, and what becomes of them among the inputs of a model.
#include "compiler/frontend/ExtentFormula.h"
#include "compiler/graph/Dimensions.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

namespace wasmind::frontend {
namespace {

class ExtentFormulas : public testing::Test {
protected:
  /// The expression with the names in it, or "" of a name.
  std::string read(llvm::StringRef text) {
    auto formula = parseExtentFormula(text, &context);
    if (!formula)
      return "";
    graph::Dims dims;
    llvm::SmallVector<mlir::AffineExpr> symbols;
    for (const std::string &name : formula->names) {
      symbols.push_back(mlir::getAffineSymbolExpr(dims.size(), &context));
      dims.push_back({name, 0, 1});
    }
    return graph::toString(formula->expression.replaceDims(symbols), dims);
  }

  void declare(const std::string &name, std::initializer_list<const char *> shape) {
    inputs.push_back({name, mlir::Float32Type::get(&context), llvm::SmallVector<InputExtent>(), {}});
    for (const char *extent : shape)
      inputs.back().shape->push_back(InputExtent(std::string(extent)));
  }

  /// The dimensions, what formulas are equal to, and what is required; or the error.
  std::string resolve() {
    module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
    graph::setNamedDims(*module, {});
    usedDims.clear();
    auto declareNamed = [&](const Input &input, size_t axis) -> llvm::Expected<mlir::AffineExpr> {
      const std::string &name = (*input.shape)[axis].name;
      auto given = options.dims.find(name);
      const DimBounds bounds = given == options.dims.end() ? DimBounds{1, 8} : given->second;
      return graph::declareDim(*module, name, bounds.min, bounds.max);
    };
    auto equals = declareFormulas(*module, inputs, options, usedDims, declareNamed);
    if (!equals)
      return llvm::toString(equals.takeError());
    std::string text;
    const graph::Dims dims = graph::getNamedDims(*module);
    for (const graph::NamedDim &dim : dims)
      text += "[" + dim.name + "] " + std::to_string(dim.min) + ".." + std::to_string(dim.max) + "; ";
    llvm::SmallVector<std::string> lines;
    for (const auto &[name, value] : *equals)
      lines.push_back("[" + name.str() + "] = " + graph::toString(value, dims) + "; ");
    llvm::sort(lines);
    for (const std::string &line : lines)
      text += line;
    for (const graph::Requirement &requirement : graph::getRequirements(*module))
      text += graph::toString(requirement.expression, dims) + (requirement.isZero ? " = 0; " : " >= 0; ");
    return text;
  }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  llvm::SmallVector<Input> inputs;
  ImportOptions options;
  llvm::StringSet<> usedDims;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(ExtentFormulas, AreSumsProductsAndQuotientsOfNames) {
  EXPECT_EQ(read("past + seq"), "past + seq");
  EXPECT_EQ(read("past+seq"), "past + seq");
  EXPECT_EQ(read(" past_sequence_length  +  1 "), "past_sequence_length + 1");
  EXPECT_EQ(read("1 + n + 2"), "n + 3");
  EXPECT_EQ(read("2*height"), "height*2");
  EXPECT_EQ(read("height*width - 4"), "height*width - 4");
  EXPECT_EQ(read("(height/32)*32"), "(height/32)*32");
  EXPECT_EQ(read("height//32"), "height/32");
  EXPECT_EQ(read("floor((frames - 1)/2) + 1"), "(frames - 1)/2 + 1");
  EXPECT_EQ(read("floor(a/2) + floor(b/2)"), "a/2 + b/2");
  EXPECT_EQ(read("a//2 + b//2"), "a/2 + b/2");
  EXPECT_EQ(read("-a + 8"), "8 - a");
  EXPECT_EQ(read("n - n + m*0 + k"), "k");
  EXPECT_EQ(read("4/2*n"), "n*2");
  EXPECT_EQ(read("floor + 1"), "floor + 1");
}

TEST_F(ExtentFormulas, AllElseIsAName) {
  for (const char *name : {"batch",
                           "x.0",
                           "batch-size",
                           "seq-1",
                           "a-b+c",
                           "128",
                           "2 + 2",
                           "(n)",
                           "batch size",
                           "n +",
                           "+ n",
                           "n + + m",
                           "n ** 2",
                           "n % 2",
                           "ceil(n/2)",
                           "Mod(n, 2)",
                           "max(n, 1)",
                           "n/m",
                           "n/0",
                           "1/2*n",
                           "a/2 + b/2",
                           "(a/2) - b/2",
                           "n + 1.5",
                           "2n",
                           "n)",
                           "(n",
                           "floor(n",
                           "n + 9999999999",
                           "n*1000000*1000000*1000000",
                           "n, m",
                           "n = m",
                           "été + 1",
                           ""})
    EXPECT_EQ(read(name), "") << name;
  EXPECT_EQ(read(std::string(300, '(') + "n" + std::string(300, ')')), "");
  EXPECT_EQ(read(std::string(40, '(') + "n + 1" + std::string(40, ')')), "");
  std::string product = "n";
  for (char name = 'a'; name <= 's'; name += 3)
    product += std::string("*(") + name + "+" + char(name + 1) + "+" + char(name + 2) + ")";
  EXPECT_EQ(read(product), "");
  EXPECT_EQ(read("n" + std::string(300, ' ') + "+ 1"), "");
}

TEST_F(ExtentFormulas, AreWhatTheirNamesSay) {
  declare("mask", {"batch", "past + seq"});
  declare("x", {"batch", "seq"});
  declare("cache", {"past", "batch"});
  options.dims["past"] = {0, 16};
  EXPECT_EQ(resolve(), "[batch] 1..8; [seq] 1..8; [past] 0..16; [past + seq] 1..24; [past + seq] = seq + past; "
                       "seq*-1 - past + past + seq = 0; ");
}

TEST_F(ExtentFormulas, AreOneWhereTwoInputsHaveThem) {
  declare("a", {"n"});
  declare("b", {"n + 1", "n+1"});
  declare("c", {"n + 1"});
  EXPECT_EQ(resolve(), "[n] 1..8; [n + 1] 2..9; [n+1] 2..9; [n + 1] = n + 1; [n+1] = n + 1; n + 1 - n - 1 = 0; "
                       "n+1 - n - 1 = 0; ");
}

TEST_F(ExtentFormulas, GiveTheNameThatNothingElseGives) {
  declare("mask", {"past + 1"});
  declare("bias", {"8 - past"});
  options.dims["past"] = {0, 5};
  EXPECT_EQ(resolve(), "[past + 1] 1..6; [8 - past] 3..8; [8 - past] = 9 - past + 1; past + 1 + 8 - past - 9 = 0; ");
  EXPECT_TRUE(usedDims.contains("past"));
  inputs.clear();
  declare("a", {"rest - given"});
  declare("b", {"given"});
  options.dims = {};
  // The name's own bounds are required of what the formula leaves for it.
  options.dims["rest"] = {2, 6};
  EXPECT_EQ(resolve(),
            "[given] 1..8; [rest - given] 0..5; given + rest - given - 2 >= 0; given*-1 - rest - given + 6 >= 0; ");
}

TEST_F(ExtentFormulas, AreNamesWhereTheyDoNotSettleOne) {
  declare("a", {"n + m"});
  declare("b", {"2*k"});
  declare("c", {"j*j"});
  declare("d", {"d+1.0"});
  EXPECT_EQ(resolve(), "[d+1.0] 1..8; ");
}

TEST_F(ExtentFormulas, AreNumbersWhereTheirNamesAre) {
  declare("a", {"2*k"});
  options.dims["k"] = {3, 3};
  EXPECT_EQ(resolve(), "[2*k] = 6; ");
  EXPECT_TRUE(usedDims.contains("k"));
  options.dims["2*k"] = {6, 6};
  EXPECT_EQ(resolve(), "[2*k] = 6; ");
  options.dims["2*k"] = {7, 9};
  EXPECT_EQ(resolve(), "axis 0 of input 'a' is '2*k', which is never within its bounds; bound its names with --dim, or "
                       "name the extent otherwise with --shape");
}

TEST_F(ExtentFormulas, HaveBoundsOfTheirOwn) {
  declare("a", {"n"});
  declare("b", {"n - 2"});
  EXPECT_EQ(resolve(), "[n] 1..8; [n - 2] 0..6; [n - 2] = n - 2; n - 2 - n + 2 = 0; ");
  options.dims["n - 2"] = {1, 3};
  EXPECT_EQ(resolve(), "[n] 1..8; [n - 2] 1..3; [n - 2] = n - 2; n - 2 - n + 2 = 0; ");
  options.dims["n - 2"] = {7, 9};
  EXPECT_TRUE(llvm::StringRef(resolve()).contains("which is never within its bounds"));
  options.dims = {};
  options.dims["n"] = {0, 1};
  EXPECT_TRUE(llvm::StringRef(resolve()).contains("which is negative"));
  options.dims["n"] = {0, 2000000000};
  inputs.back().shape->back() = InputExtent(std::string("n*n"));
  EXPECT_TRUE(llvm::StringRef(resolve()).contains("which may be over 2^31"));
}

} // namespace
} // namespace wasmind::frontend
