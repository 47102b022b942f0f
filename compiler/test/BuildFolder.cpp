// Builds share a file of weights where its bytes are the same, and only there.
#include "compiler/BuildFolder.h"
#include "compiler/Sign.h"
#include "compiler/Source.h"
#include "compiler/graph/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "test/FolderTest.h"
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using namespace wasmind;
namespace fs = std::filesystem;

namespace {

class BuildFolders : public test::FolderTest {
protected:
  /// Adds the build of a model of one weight.
  void add(BuildFolder &builds, Variant variant, const std::string &weight) {
    const std::string file = (folder / "m.onnxtxt").string();
    std::ofstream(file)
        << "<ir_version: 8, opset_import: [\"\" : 17]>\ntest (float[4,2] x) => (float[4,2] y) <float[2,2] w"
           " = {1, 2, 3, "
        << weight << "}> { y = MatMul(x, w) }\n";
    CompileOptions options;
    options.relaxedSimd = variant == Variant::RelaxedSimd;
    Source source(file);
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
    Import model = llvm::cantFail(source.import(context, options));
    llvm::cantFail(graph::rewrite(*model.module));
    loops::Options loopOptions;
    loopOptions.relaxedSimd = options.relaxedSimd;
    loops::Program program = llvm::cantFail(loops::lowerToLoops(*model.module, loopOptions));
    llvm::cantFail(builds.add(
        variant, {program, sign(model, source.name(), program, options.relaxedSimd), model.defaults, source.name()},
        options));
  }

  /// Of two builds with these weights, the number of files beside the index.
  size_t filesOf(const std::string &first, const std::string &second) {
    const std::string path = (folder / "builds").string();
    fs::remove_all(path);
    BuildFolder builds(path);
    add(builds, Variant::RelaxedSimd, first);
    add(builds, Variant::Simd128, second);
    const std::vector<BuildResult> results = builds.takeResults();
    EXPECT_FALSE(fs::exists(BuildFolder::indexPathOf(path)));
    llvm::cantFail(builds.commit());
    EXPECT_EQ(results[0].weightsPath == results[1].weightsPath, first == second);
    for (const BuildResult &result : results)
      EXPECT_TRUE(fs::exists(result.modulePath) && fs::file_size(result.weightsPath) == result.weightBytes);
    EXPECT_TRUE(fs::exists(BuildFolder::indexPathOf(path)));
    return size_t(std::distance(fs::directory_iterator(path), {})) - 1;
  }
};

} // namespace

TEST_F(BuildFolders, shareEqualWeightsOnly) {
  EXPECT_EQ(filesOf("4", "4"), 3u);
  EXPECT_EQ(filesOf("4", "5"), 4u);
}

TEST_F(BuildFolders, leaveNothingWithoutACommit) {
  {
    BuildFolder builds((folder / "builds").string());
    add(builds, Variant::Simd128, "4");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder / "builds"), {}), 2) << "under temporary names";
  }
  EXPECT_FALSE(fs::exists(folder / "builds"));
}
