//===- Fixtures.cpp - every recorded model gives what MindSpore gave ----------------------------------------------===//
//
// test/data/mindir holds models of MindSpore 1.1 to 2.10 with inputs and the outputs that MindSpore computed for them.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/test/NpyFile.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "test/Tolerances.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace wasmind;
using namespace wasmind::mindir;
using namespace wasmind::mindir::test;

namespace {

std::vector<std::string> allFixtures() {
  std::vector<std::string> paths;
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator i(dataFolder(), error), end; i != end && !error; i.increment(error))
    if (llvm::StringRef(i->path()).ends_with(".mindir") && !llvm::StringRef(i->path()).contains("encrpty_key"))
      paths.push_back(i->path());
  llvm::sort(paths);
  return paths;
}

void expectClose(const graph::HostTensor &got, const graph::HostTensor &expected, const std::string &what) {
  ASSERT_EQ(got.element, expected.element) << what;
  ASSERT_EQ(got.shape, expected.shape) << what;
  auto view = [](const graph::HostTensor &tensor) {
    return graph::ConstantData{tensor.element, tensor.elementCount(), false, tensor.bytes, nullptr};
  };
  std::string dtype;
  llvm::raw_string_ostream(dtype) << got.element;
  double largest = 0;
  for (int64_t i = 0; i < expected.elementCount(); ++i)
    largest = std::max(largest, std::abs(view(expected).asDouble(i)));
  for (int64_t i = 0; i < got.elementCount(); ++i) {
    double a = view(got).asDouble(i), b = view(expected).asDouble(i);
    ASSERT_LE(std::abs(a - b), wasmind::test::toleranceOf(dtype).whole * largest) << what << ", element " << i;
  }
}

/// Named dimensions take their values from the inputs' shapes.
llvm::SmallVector<int64_t> dimValues(mlir::func::FuncOp function, llvm::ArrayRef<graph::HostTensor> inputs) {
  auto dims = graph::getNamedDims(function->getParentOfType<mlir::ModuleOp>());
  llvm::SmallVector<int64_t> values(dims.size(), 0);
  for (auto [type, input] : llvm::zip(function.getArgumentTypes(), inputs))
    for (auto [extent, value] : llvm::zip(graph::getExtents(type), input.shape))
      if (auto symbol = llvm::dyn_cast<mlir::AffineSymbolExpr>(extent))
        values[symbol.getPosition()] = value;
  return values;
}

TEST(Fixtures, AreFound) { EXPECT_GE(allFixtures().size(), 35u) << "of " << dataFolder(); }

class Fixture : public testing::TestWithParam<std::string> {};

TEST_P(Fixture, ComputesWhatMindSporeComputed) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = importMindIR(context, GetParam());
  ASSERT_TRUE(bool(imported)) << llvm::toString(imported.takeError());
  mlir::func::FuncOp run = *imported->module->getOps<mlir::func::FuncOp>().begin();
  llvm::StringRef base = GetParam();
  base.consume_back(".mindir");
  base.consume_back("_graph");
  unsigned cases = 0;
  for (;; ++cases) {
    std::string suffix = cases ? "." + std::to_string(cases) : "";
    auto inputs = readNpz(context, (base + suffix + ".inputs.npz").str(), "in");
    if (inputs.empty())
      break;
    auto expected = readNpz(context, (base + suffix + ".outputs.npz").str(), "out");
    auto got = graph::interpret(run, inputs, dimValues(run, inputs));
    ASSERT_TRUE(bool(got)) << llvm::toString(got.takeError());
    ASSERT_EQ(got->size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
      expectClose((*got)[i], expected[i], "case " + std::to_string(cases) + ", out" + std::to_string(i));
  }
  EXPECT_GE(cases, 1u);
}

INSTANTIATE_TEST_SUITE_P(MindIR, Fixture, testing::ValuesIn(allFixtures()), [](const auto &info) {
  std::string name = llvm::sys::path::stem(info.param).str();
  std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

std::string printed(llvm::StringRef fixture, const frontend::ImportOptions &options = {}) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = importMindIR(context, dataFolder() + "/" + fixture.str(), options);
  if (!imported)
    return llvm::toString(imported.takeError());
  std::string text;
  llvm::raw_string_ostream stream(text);
  (*imported->module)->print(stream);
  for (const std::string &note : imported->notes)
    stream << "note: " << note << "\n";
  return text;
}

TEST(Import, NamesInputsAndResults) {
  std::string text = printed("210/control_while.mindir");
  EXPECT_NE(text.find("graph.name = \"x\""), std::string::npos) << text;
  EXPECT_NE(text.find("graph.name = \"limit\""), std::string::npos);
  EXPECT_NE(text.find("graph.name = \"out1\""), std::string::npos);
  EXPECT_NE(text.find("graph.operators = {Add = 2 : i64, Div = 1 : i64, Less = 1 : i64, Muls = 1 : i64}"),
            std::string::npos);
}

TEST(Import, LoopsCarryOnlyWhatChanges) {
  std::string text = printed("210/control_while.mindir");
  // x and limit stay the same in all turns; y and i are carried once each.
  size_t loop = text.find("graph.loop");
  ASSERT_NE(loop, std::string::npos) << text;
  std::string line = text.substr(loop, text.find('\n', loop) - loop);
  EXPECT_NE(line.find("tensor<5xf32>, tensor<i32>"), std::string::npos) << line;
  EXPECT_EQ(line.find("tensor<5xf32>, tensor<5xf32>"), std::string::npos) << line;
}

TEST(Import, BoundsOpenExtents) {
  std::string text = printed("210/mlp_dynamic_batch.mindir");
  EXPECT_NE(text.find("note: extent x.0 is taken to be 1..8; set it with --dim x.0=MIN..MAX"), std::string::npos)
      << text;
  frontend::ImportOptions options;
  options.dims["x.0"] = {1, 64};
  EXPECT_EQ(printed("210/mlp_dynamic_batch.mindir", options).find("note:"), std::string::npos);
  options.dims["x.0"] = {4, 4};
  EXPECT_NE(printed("210/mlp_dynamic_batch.mindir", options).find("tensor<4x16xf32>"), std::string::npos);
  options.dims["x.0"] = {4, 2};
  EXPECT_EQ(printed("210/mlp_dynamic_batch.mindir", options),
            "mlp_dynamic_batch.mindir: --dim x.0=4..2 is not a range of extents");
  options.dims.clear();
  options.dims["x.1"] = {4, 4};
  EXPECT_EQ(printed("210/mlp_dynamic_batch.mindir", options),
            "mlp_dynamic_batch.mindir: --dim x.1: no dimension of that name; the inputs have x.0");
}

} // namespace
