// A program of dispatches is a text like any other: what is printed, parsed and lowered is what is lowered at once.
#include "compiler/loops/Passes.h"
#include "compiler/loops/Plan.h"
#include "compiler/loops/test/Batch.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace wasmind::loops::test {
namespace {

std::string printed(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

OwningOpRef<ModuleOp> parsed(ModuleOp module) {
  return parseSourceString<ModuleOp>(printed(module), module->getContext());
}

/// Code, memory and constants.
std::string describe(const Program &program) {
  std::string text = printed(*program.code);
  llvm::raw_string_ostream stream(text);
  stream << program.pages << ' ' << program.arena.offset << ' ' << program.arena.byteLength << '\n';
  for (const Slot &slot : program.inputs)
    stream << slot.name << ' ' << slot.offset << '\n';
  for (const Slot &slot : program.outputs)
    stream << slot.name << ' ' << slot.offset << '\n';
  for (const KernelRecord &kernel : program.kernels)
    stream << kernel.name << ' ' << kernel.strategy << ' ' << kernel.flops << ' ' << kernel.calls << '\n';
  for (const abi::Step &step : program.steps)
    stream << step.kind << ' ' << step.kernel << ' ' << step.bytes << ' ' << llvm::join(step.dims, ",") << '\n';
  for (const Segment &segment : program.segments)
    stream << segment.address << ": " << llvm::hash_combine_range(segment.bytes.begin(), segment.bytes.end()) << '\n';
  return text;
}

class Dispatches : public ::testing::Test {
protected:
  Dispatches() : batch(8100) {
    graph::Compose &b = batch.builder;
    Type f32 = typeNamed("f32");
    AffineExpr n = batch.dim("n", 1, 4, 3);
    Value x = batch.inputOf({n, batch.fixed(40)}, f32);
    Value weights = batch.constant({40, 24}, f32);
    Value product = b.matmul(x, weights);
    batch.expect(b.softmax(b.unary(graph::UnaryKind::Tanh, product), {1}), "softmax");
    batch.expect(b.concat({x, product, b.unary(graph::UnaryKind::Neg, x)}, 1), "concat");
    batch.expect(
        b.reshape(b.reduce(graph::ReduceKind::Sum, b.mul(product, product), {0}, false), graph::Compose::Ints{2, 12}),
        "sum");
    Value image = batch.input({1, 12, 12, 8}, f32);
    batch.expect(b.unary(graph::UnaryKind::Abs, b.transpose(image, {0, 3, 1, 2})), "transpose");
    batch.finish();
  }

  OwningOpRef<ModuleOp> dispatches() {
    auto formed = formDispatches(*batch.module, Options());
    if (!formed)
      ADD_FAILURE() << llvm::toString(formed.takeError());
    return formed ? std::move(*formed) : nullptr;
  }

  Batch batch;
};

TEST_F(Dispatches, LeaveTheGraphAsItIs) {
  const std::string before = printed(*batch.module);
  OwningOpRef<ModuleOp> formed = dispatches();
  EXPECT_NE(printed(*formed), before);
  EXPECT_EQ(printed(*batch.module), before);
}

TEST_F(Dispatches, AreReadAsTheyArePrinted) {
  OwningOpRef<ModuleOp> formed = dispatches(), again = parsed(*formed);
  ASSERT_TRUE(again);
  auto direct = lowerDispatches(*formed, Options()), read = lowerDispatches(*again, Options());
  ASSERT_TRUE(bool(direct)) << llvm::toString(direct.takeError());
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_FALSE(direct->segments.empty());
  EXPECT_EQ(describe(*direct), describe(*read));
}

TEST_F(Dispatches, EachPassGoesOnFromWhatTheOneBeforePrinted) {
  registerLoopsPasses();
  OpPassManager all(ModuleOp::getOperationName());
  buildDispatchPipeline(all, Options());
  buildSchedulePipeline(all, Options());
  buildEntryPipeline(all, Options());
  ASSERT_GE(all.size(), 7u);
  OwningOpRef<ModuleOp> module = batch.module->clone();
  for (Pass &pass : all.getPasses()) {
    SCOPED_TRACE(pass.getArgument().str());
    PassManager one(module->getContext());
    ASSERT_TRUE(succeeded(parsePassPipeline(pass.getArgument(), one)));
    ASSERT_TRUE(succeeded(one.run(*module)));
    module = parsed(*module);
    ASSERT_TRUE(module);
  }
  auto direct = lowerToLoops(*batch.module, Options());
  ASSERT_TRUE(bool(direct)) << llvm::toString(direct.takeError());
  EXPECT_EQ(printed(*direct->code), printed(*module));
}

TEST_F(Dispatches, APlannedScheduleIsReadAsItIsPrinted) {
  OwningOpRef<ModuleOp> formed = dispatches();
  PassManager passes(formed->getContext());
  buildSchedulePipeline(passes, Options());
  ASSERT_TRUE(succeeded(passes.run(*formed)));
  OwningOpRef<ModuleOp> again = parsed(*formed);
  ASSERT_TRUE(again);
  auto described = [](ModuleOp module) {
    Program program = describeProgram(module.lookupSymbol<func::FuncOp>("run"), /*profile=*/true);
    program.code = module.clone();
    EXPECT_FALSE(program.segments.empty() || program.steps.empty() || program.kernels.empty());
    return describe(program);
  };
  EXPECT_EQ(described(*formed), described(*again));
}

} // namespace
} // namespace wasmind::loops::test
