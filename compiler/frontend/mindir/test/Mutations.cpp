//===- Mutations.cpp - damaged models end in an error, never in a crash -------------------------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/test/NpyFile.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>
#include <random>

using namespace wasmind;

namespace {

class Mutations : public testing::TestWithParam<const char *> {};

// The generator is seeded: every run tries the same thousand damaged files.
TEST_P(Mutations, EndInAnErrorOrAModel) {
  auto original = llvm::MemoryBuffer::getFile(mindir::test::dataFolder() + "/" + GetParam());
  ASSERT_TRUE(bool(original));
  std::mt19937 random(20);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  int refused = 0;
  const int count = 1000;
  for (int i = 0; i < count; ++i) {
    std::string bytes = (*original)->getBuffer().str();
    for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
      size_t at = random() % bytes.size();
      switch (random() % 6) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] ^= static_cast<char>(1 << random() % 8);
        break;
      case 2:
        bytes.erase(at, 1 + random() % 8);
        break;
      case 3:
        bytes.insert(at, 1 + random() % 8, static_cast<char>(random()));
        break;
      case 4:
        bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 64));
        break;
      case 5:
        bytes.resize(at + 1);
        break;
      }
      if (bytes.empty())
        bytes = "\n";
    }
    auto imported = mindir::importMindIRBytes(context, bytes, GetParam(), "");
    if (!imported) {
      ++refused;
      std::string text = llvm::toString(imported.takeError());
      EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    }
  }
  EXPECT_GT(refused, count / 10);
}

INSTANTIATE_TEST_SUITE_P(MindIR, Mutations,
                         testing::Values("210/mint_math.mindir", "210/control_while.mindir", "210/add_i8.mindir",
                                         "../cases/graph_kernel/select/model.info"),
                         [](const auto &info) { return std::to_string(info.index); });

} // namespace
