// Shapes and values that the user gives a model's inputs: what they become, and the line that refuses them.
#include "compiler/frontend/Inputs.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>

namespace wasmind::frontend {
namespace {

class Inputs : public testing::Test {
protected:
  using Shape = std::optional<llvm::SmallVector<InputExtent>>;

  void declare(const std::string &name, mlir::Type element, Shape shape) {
    inputs.push_back({name, element, std::move(shape), {}});
  }
  static InputExtent open(const char *name) { return InputExtent(std::string(name)); }

  /// "x[1, h] k=3[2]", or the error.
  std::string apply() {
    llvm::SmallVector<Input> applied = inputs;
    std::vector<std::string> notes;
    usedDims.clear();
    if (llvm::Error wrong = applyInputOptions(applied, options, usedDims, notes))
      return llvm::toString(std::move(wrong));
    std::string text;
    for (const Input &input : applied) {
      text += (text.empty() ? "" : " ") + input.name + (input.constant ? "=" : "");
      for (size_t at = 0; input.constant && at < input.constant->size(); at += widthOf(input.element))
        text += (at ? "," : "") + elementText(input, at);
      text += input.shape ? "[" : "?";
      for (auto [axis, extent] : llvm::enumerate(input.shape ? *input.shape : llvm::SmallVector<InputExtent>()))
        text += (axis ? ", " : "") + (extent.isNumber() ? std::to_string(extent.number) : extent.name);
      text += input.shape ? "]" : "";
    }
    return text;
  }
  static size_t widthOf(mlir::Type element) { return abi::byteWidth(dtypeOf(element)); }
  static std::string elementText(const Input &input, size_t at) {
    uint64_t word = 0;
    std::memcpy(&word, input.constant->data() + at, widthOf(input.element));
    return std::to_string(word);
  }
  static InputValue numbers(std::vector<std::string> texts) { return {{}, std::move(texts), {}}; }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::Builder types{&context};
  llvm::SmallVector<Input> inputs;
  ImportOptions options;
  llvm::StringSet<> usedDims;
};

//===- Shapes --------------------------------------------------------------------------------------------------===//

TEST_F(Inputs, ShapesGiveRanksNumbersAndNames) {
  declare("x", types.getF32Type(), std::nullopt);
  declare("y", types.getF32Type(), Shape({open("batch"), 3, open("y.2")}));
  declare("z", types.getF32Type(), Shape({open("batch")}));
  EXPECT_EQ(apply(), "x? y[batch, 3, y.2] z[batch]");
  options.shapes["x"] = {"1", "3", "height", "width"};
  EXPECT_EQ(apply(), "x[1, 3, height, width] y[batch, 3, y.2] z[batch]");
  options.shapes["x"] = {};
  EXPECT_EQ(apply(), "x[] y[batch, 3, y.2] z[batch]");
  // A name of the model means the same extent wherever the model has it.
  options.shapes = {{"y", {"n", "3", "5"}}};
  EXPECT_EQ(apply(), "x? y[n, 3, 5] z[n]");
  options.shapes = {{"y", {"4", "3", "l"}}, {"x", {"l", "0"}}};
  EXPECT_EQ(apply(), "x[l, 0] y[4, 3, l] z[4]");
  // What is called the same already, and what gets a name that another extent has.
  options.shapes = {{"y", {"batch", "3", "batch"}}};
  EXPECT_EQ(apply(), "x? y[batch, 3, batch] z[batch]");
}

TEST_F(Inputs, ShapesThatDoNotFitAreRefused) {
  declare("y", types.getF32Type(), Shape({open("batch"), 3}));
  declare("z", types.getF32Type(), Shape({open("batch")}));
  auto refused = [&](std::map<std::string, std::vector<std::string>> shapes) {
    options.shapes = std::move(shapes);
    return apply();
  };
  EXPECT_EQ(refused({{"yy", {"1"}}}), "--shape yy: no input of that name; the inputs are y, z");
  EXPECT_EQ(refused({{"y", {"1"}}}), "--shape y=1: input 'y' has rank 2, not 1");
  EXPECT_EQ(refused({{"y", {"1", "4"}}}), "--shape y=1,4: axis 1 of input 'y' is 3, not 4");
  EXPECT_EQ(refused({{"y", {"1", "c"}}}), "--shape y=1,c: axis 1 of input 'y' is 3, not 'c'");
  EXPECT_EQ(refused({{"y", {"1", "3"}}, {"z", {"2"}}}),
            "--shape z=2: axis 0 of input 'z' is 'batch', which is 1 by --shape y=1,3, not 2");
  for (const char *extent : {"", "-1", "99999999999", "+3"})
    EXPECT_EQ(refused({{"z", {extent}}}), std::string("--shape z=") + extent + ": '" + extent +
                                              "' is no extent; expected numbers and names, as in 1,3,height,width");
  options.dims["batch"] = {2, 8};
  EXPECT_EQ(refused({{"z", {"9"}}}), "--shape z=9: axis 0 of input 'z' is 'batch', which --dim puts in 2..8, not 9");
  EXPECT_EQ(refused({{"z", {"8"}}}), "y[8, 3] z[8]");
  EXPECT_TRUE(usedDims.contains("batch"));
}

//===- Constants -----------------------------------------------------------------------------------------------===//

TEST_F(Inputs, NumbersFillTheShapeOfTheirInput) {
  declare("k", types.getI64Type(), Shape({1}));
  declare("n", types.getI32Type(), Shape({2, open("m")}));
  declare("x", types.getF32Type(), Shape({open("m")}));
  options.constants["k"] = numbers({"3"});
  EXPECT_EQ(apply(), "k=3[1] n[2, m] x[m]");
  options.constants["n"] = numbers({"1", "2", "3", "4", "5", "6"});
  EXPECT_EQ(apply(), "k=3[1] n=1,2,3,4,5,6[2, 3] x[3]");
  options.constants["n"] = numbers({"1", "2", "3"});
  EXPECT_EQ(apply(), "--constant n: 3 numbers do not fill input 'n' of shape [2, 'm']");
  options.constants = {{"k", numbers({"1", "2"})}};
  EXPECT_EQ(apply(), "--constant k: 2 numbers do not fill input 'k' of shape [1]");
  // Two constants and a shape that say different things about one extent.
  options.constants = {{"n", numbers({"1", "2"})}, {"x", numbers({"1", "2"})}};
  EXPECT_EQ(apply(), "--constant x: axis 0 of input 'x' is 'm', which is 1 by --constant n, not 2");
  options.constants = {{"x", numbers({"1", "2"})}};
  options.shapes = {{"n", {"2", "4"}}};
  EXPECT_EQ(apply(), "--constant x: 2 numbers do not fill input 'x' of shape [4]");
}

TEST_F(Inputs, NumbersAreOfTheInputsElementType) {
  auto given = [&](mlir::Type element, const std::string &text) {
    inputs.clear();
    declare("k", element, Shape(llvm::SmallVector<InputExtent>()));
    options.constants = {{"k", numbers({text})}};
    return apply();
  };
  auto bits = [](auto value) {
    uint64_t word = 0;
    std::memcpy(&word, &value, sizeof(value));
    return "k=" + std::to_string(word) + "[]";
  };
  EXPECT_EQ(given(types.getF32Type(), "-2.5e-3"), bits(-2.5e-3f));
  EXPECT_EQ(given(types.getF64Type(), "0.1"), bits(0.1));
  EXPECT_EQ(given(types.getF16Type(), "1.5"), bits(uint16_t(0x3e00)));
  EXPECT_EQ(given(types.getBF16Type(), "-inf"), bits(uint16_t(0xff80)));
  EXPECT_EQ(given(types.getI1Type(), "true"), bits(uint8_t(1)));
  EXPECT_EQ(given(types.getIntegerType(8), "-128"), bits(int8_t(-128)));
  EXPECT_EQ(given(types.getIntegerType(64), "-9223372036854775808"), bits(INT64_MIN));
  EXPECT_EQ(given(types.getIntegerType(64, /*isSigned=*/false), "18446744073709551615"), bits(UINT64_MAX));
  const std::string expected = "; expected numbers with commas between, or an array as a file .npy";
  for (auto [element, name, text] :
       {std::tuple<mlir::Type, const char *, const char *>{types.getIntegerType(8), "i8", "128"},
        {types.getIntegerType(8, false), "u8", "-1"},
        {types.getI64Type(), "i64", "3.5"},
        {types.getI64Type(), "i64", ""},
        {types.getI64Type(), "i64", "axes.np"},
        {types.getI1Type(), "bool", "2"},
        {types.getF32Type(), "f32", "1e39"},
        {types.getF16Type(), "f16", "70000"},
        {types.getF32Type(), "f32", "one"}})
    EXPECT_EQ(given(element, text), std::string("--constant k: '") + text + "' is no number of " + name + expected);
}

TEST_F(Inputs, ArraysHaveTheTypeAndShapeOfTheirInput) {
  declare("k", types.getI64Type(), Shape({open("n"), 2}));
  declare("x", types.getF32Type(), std::nullopt);
  declare("b", types.getBF16Type(), Shape({1}));
  auto array = [](abi::DType dtype, std::vector<int64_t> shape, size_t byteLength) {
    return InputValue{TensorData{dtype, std::move(shape), std::vector<uint8_t>(byteLength)}, {}, {}};
  };
  auto given = [&](const std::string &name, InputValue value) {
    options.constants = {{name, std::move(value)}};
    return apply();
  };
  EXPECT_EQ(given("k", array(abi::DType::I64, {1, 2}, 16)), "k=0,0[1, 2] x? b[1]");
  EXPECT_EQ(given("k", array(abi::DType::I64, {0, 2}, 0)), "k=[0, 2] x? b[1]");
  EXPECT_EQ(given("x", array(abi::DType::F32, {2, 1}, 8)), "k[n, 2] x=0,0[2, 1] b[1]");
  EXPECT_EQ(given("b", array(abi::DType::U16, {1}, 2)), "k[n, 2] x? b=0[1]");
  EXPECT_EQ(given("k", array(abi::DType::F32, {1, 2}, 8)),
            "--constant k: the array has elements of f32, input 'k' of i64");
  EXPECT_EQ(given("k", array(abi::DType::I64, {2}, 16)), "--constant k: the array has shape [2], input 'k' has rank 2");
  EXPECT_EQ(given("k", array(abi::DType::I64, {2, 3}, 48)), "--constant k: axis 1 of input 'k' is 2, not 3");
  EXPECT_EQ(given("k", array(abi::DType::I64, {2, 2}, 24)), "--constant k: shape [2, 2] takes 32 bytes, 24 are given");
  EXPECT_EQ(given("q", array(abi::DType::I64, {2}, 16)), "--constant q: no input of that name; the inputs are k, x, b");
  EXPECT_EQ(given("x", numbers({"1"})),
            "--constant x: input 'x' has no shape, not even a rank; give it with --shape x=... as well");
  options.shapes["x"] = {};
  EXPECT_EQ(given("x", numbers({"0"})), "k[n, 2] x=0[] b[1]");
  EXPECT_EQ(given("x", InputValue{{}, {"0", "0"}, std::vector<int64_t>{2}}),
            "--constant x: the array has shape [2], input 'x' has rank 0");
}

} // namespace
} // namespace wasmind::frontend
