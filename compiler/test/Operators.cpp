// What buildLibrary refuses, and that it leaves nothing behind. What it builds is run in test/differential.
#include "compiler/Operators.h"
#include <filesystem>
#include <gtest/gtest.h>

namespace wasmind {
namespace {

namespace fs = std::filesystem;
using te::DType;

class Operators : public testing::Test {
protected:
  fs::path folder;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wasmind-operators-XXXXXX").string();
    ASSERT_TRUE(mkdtemp(pattern.data()));
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }

  static Operator doubled() {
    Operator each;
    each.name = "Double";
    each.inputs = {"a"};
    each.variants = {{{DType::F32}, {DType::F32}}};
    each.formula = [](const std::vector<te::Expr> &x) { return x[0] + x[0]; };
    return each;
  }

  LibraryResult build(std::vector<Operator> operators) {
    LibraryOptions options;
    options.operators = std::move(operators);
    options.module = (folder / "ops.wasm").string();
    return buildLibrary(options);
  }

  void expectRefusal(std::vector<Operator> operators, const std::string &part) {
    LibraryResult result = build(std::move(operators));
    EXPECT_NE(result.error.find(part), std::string::npos) << result.error;
    EXPECT_EQ(result.error.find('\n'), std::string::npos);
    EXPECT_TRUE(fs::is_empty(folder));
  }
};

TEST_F(Operators, BuildsAModule) {
  LibraryResult result = build({doubled()});
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.operators.size(), 1u);
  EXPECT_GE(result.operators[0].vectorisedShare, 0.99);
  EXPECT_EQ(fs::file_size(folder / "ops.wasm"), result.moduleBytes);
}

TEST_F(Operators, TwoOfOneName) {
  expectRefusal({doubled(), doubled()}, "an operator called 'Double' is there already");
}

TEST_F(Operators, WithoutKernels) {
  Operator each;
  each.name = "Turn";
  each.family = Family::Movement;
  each.inputs = {"a", "permutation"};
  each.variants = {{{DType::F32, DType::I64}, {DType::F32}}};
  expectRefusal({each}, "operator Turn: names no function");
  each.function = "wasmind_turn";
  expectRefusal({each}, "wasmind_turn");
  each.function = "wasmind_transpose";
  EXPECT_EQ(build({each}).error, "");
}

TEST_F(Operators, NothingToBuild) { expectRefusal({}, "no operator is left"); }

TEST_F(Operators, FormulaOfAnotherType) {
  Operator each = doubled();
  each.formula = [](const std::vector<te::Expr> &x) { return x[0] && x[0]; };
  expectRefusal({each}, "operator Double: tensor 'out': ");
}

TEST_F(Operators, ResultOfAnotherType) {
  Operator each = doubled();
  each.variants[0].outputs[0] = DType::I32;
  expectRefusal({each}, "operator Double: its formula gives f32 where the variant says i32");
}

TEST_F(Operators, IncompleteDefinitions) {
  auto with = [](auto change) {
    Operator each = doubled();
    change(each);
    return std::vector<Operator>{each};
  };
  expectRefusal(with([](Operator &each) { each.name = "no good"; }), "its name is not made of");
  expectRefusal(with([](Operator &each) { each.formula = nullptr; }), "needs a formula");
  expectRefusal(with([](Operator &each) { each.inputs.assign(12, "a"); }), "more than 12");
  expectRefusal(with([](Operator &each) { each.inputs.clear(); }), "needs an input");
  expectRefusal(with([](Operator &each) { each.variants.clear(); }), "1 to 255 combinations");
  expectRefusal(with([](Operator &each) { each.variants[0].inputs.clear(); }), "does not match its inputs");
  expectRefusal(with([](Operator &each) { each.family = Family::Expression; }), "has no definition");
  expectRefusal(with([](Operator &each) {
                  each.family = Family::Row;
                  each.define = [](const abi::Variant &) { return Operator::Tensors(); };
                }),
                "lacks the attribute axis");
  auto compositeOf = [&](size_t kernels) {
    return with([&](Operator &each) {
      each.family = Family::Composite;
      each.function = "wasmind_double";
      each.kernels.resize(kernels);
    });
  };
  expectRefusal(compositeOf(0), "needs 1 to 4 kernels");
  expectRefusal(compositeOf(5), "needs 1 to 4 kernels");
  expectRefusal(compositeOf(1), "has no definition");
  expectRefusal(with([](Operator &each) { each.family = Family::Composite; }), "names no function that does it");
  expectRefusal(with([](Operator &each) { each.variadic = true; }), "can be variadic");
}

TEST_F(Operators, FolderThatIsNotThere) {
  LibraryOptions options;
  options.operators = {doubled()};
  options.archive = (folder / "none/lib.a").string();
  LibraryResult result = buildLibrary(options);
  EXPECT_NE(result.error.find("cannot create"), std::string::npos) << result.error;
}

} // namespace
} // namespace wasmind
