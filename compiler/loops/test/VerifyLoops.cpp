// Every guarantee of the stage, broken once, is refused with its own message.
#include "compiler/loops/test/Batch.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace wasmind::loops::test {
namespace {

class VerifyLoops : public ::testing::Test {
protected:
  VerifyLoops() : batch(8000) {
    graph::Compose &b = batch.builder;
    Type f32 = typeNamed("f32");
    AffineExpr n = batch.dim("n", 1, 4, 3);
    // Two constants, an intermediate tensor, a named extent.
    Value x = batch.inputOf({n, batch.fixed(40)}, f32);
    Value rows = b.softmax(b.matmul(x, batch.constant({40, 24}, f32)), {1});
    batch.expect(b.matmul(rows, batch.constant({24, 8}, f32)), "y");
    auto lowered = batch.lower({});
    if (!lowered)
      ADD_FAILURE() << llvm::toString(lowered.takeError());
    else
      program = std::move(*lowered);
  }

  func::FuncOp run() { return program.code->lookupSymbol<func::FuncOp>("run"); }
  /// Builds at the start of `run`.
  OpBuilder builder() { return OpBuilder::atBlockBegin(&run().getBody().front()); }

  void expectRefused(llvm::StringRef message) {
    ScopedDiagnosticHandler silent(program.code->getContext(), [](Diagnostic &) { return success(); });
    llvm::Error error = verifyLoops(program, Options());
    std::string text = llvm::toString(std::move(error));
    EXPECT_TRUE(llvm::StringRef(text).starts_with("a fault of the compiler, please report it: the loops stage " +
                                                  message.str()))
        << text;
  }

  Batch batch;
  Program program;
};

TEST_F(VerifyLoops, AcceptsWhatTheStageGives) {
  llvm::Error error = verifyLoops(program, Options());
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  ASSERT_FALSE(program.inputs.empty() || program.outputs.empty() || program.extents.empty());
  ASSERT_GE(program.segments.size(), 2u);
  ASSERT_TRUE(program.arena.byteLength && program.weights.byteLength && program.extentTable.byteLength);
}

/// out[i] = x[i + offset] of as many elements as x has but `fewer`.
static std::string refusalOfRead(int64_t offset, int64_t fewer) {
  Batch batch(8100);
  graph::Compose &b = batch.builder;
  Type f32 = typeNamed("f32");
  AffineExpr n = batch.dim("n", 2, 4, 3), i = b.getAffineDimExpr(0);
  Value x = batch.inputOf(n, f32);
  auto compute = graph::ComputeOp::create(
      b, graph::makeTensorType(n - fewer, f32), x, AffineMap::get(0, 1, {n - fewer}, b.getContext()), uint64_t(0),
      b.getAffineMapArrayAttr(AffineMap::get(1, 0, {i + offset}, b.getContext())), TypedAttr());
  {
    OpBuilder::InsertionGuard guard(b);
    Block *body = b.createBlock(&compute.getBody());
    graph::YieldOp::create(b, body->addArgument(RankedTensorType::get({}, f32), b.getLoc()));
  }
  batch.expect(compute.getResult(), "read");
  return batch.refusal();
}

TEST(VerifyAccesses, ReadsLieInsideTheirTensor) {
  EXPECT_EQ(refusalOfRead(0, 0), "");
  EXPECT_EQ(refusalOfRead(2, 2), "");
  EXPECT_EQ(refusalOfRead(1, 0), "'graph.compute' op may read outside operand 0 in dimension 0 of extent 'n' (2..4)");
  EXPECT_EQ(refusalOfRead(-1, 1), "'graph.compute' op may read outside operand 0 in dimension 0 of extent 'n' (2..4)");
  EXPECT_EQ(refusalOfRead(2, 1), "'graph.compute' op may read outside operand 0 in dimension 0 of extent 'n' (2..4)");
}

TEST_F(VerifyLoops, PartsLieInsideTheMemory) {
  program.inputs[0].offset = 64;
  expectRefused("placed input '" + program.inputs[0].name + "' outside the memory");
}
TEST_F(VerifyLoops, PartsLieBelowTheEnd) {
  program.outputs[0].offset = program.pages * 65536 - 4;
  expectRefused("placed output '" + program.outputs[0].name + "' outside the memory");
}
TEST_F(VerifyLoops, PartsLieApart) {
  program.outputs[0].offset = program.inputs[0].offset + 4;
  expectRefused("placed output '" + program.outputs[0].name + "' over input '" + program.inputs[0].name + "'");
}
TEST_F(VerifyLoops, StateLiesApart) {
  program.state.push_back({program.inputs[0], "next", std::nullopt});
  program.state[0].slot.name = "held";
  expectRefused("placed state 'held' over input '" + program.inputs[0].name + "'");
}
TEST_F(VerifyLoops, WeightsAndArenaLieApart) {
  program.arena.offset = program.weights.offset + 16;
  expectRefused("placed the arena over the weights");
}
TEST_F(VerifyLoops, ExtentsLieInTheirTable) {
  program.extents[0].offset = program.extentTable.offset + program.extentTable.byteLength;
  expectRefused("placed the extent '" + program.extents[0].name + "' outside the table");
}
TEST_F(VerifyLoops, ConstantsLieInTheWeights) {
  program.segments.back().address = program.weights.offset + program.weights.byteLength;
  expectRefused("placed constant bytes at ");
}
TEST_F(VerifyLoops, ConstantsLieApart) {
  program.segments[1].address = program.segments[0].address + 4;
  expectRefused("placed constant bytes at ");
}

TEST_F(VerifyLoops, CodeVerifies) {
  run().getBody().front().getTerminator()->erase();
  expectRefused("built code that does not verify");
}
TEST_F(VerifyLoops, RunIsThere) {
  run().setSymName("walk");
  expectRefused("exports no function 'run'");
}
TEST_F(VerifyLoops, RunIsExported) {
  run()->removeAttr("wasmind.export");
  expectRefused("exports no function 'run'");
}
TEST_F(VerifyLoops, RunTakesNothing) {
  (void)run().insertArgument(0, builder().getI32Type(), {}, run().getLoc());
  expectRefused("gave 'run' another type than () -> i32");
}
TEST_F(VerifyLoops, NoCastsAreLeft) {
  OpBuilder b = builder();
  Value zero = arith::ConstantOp::create(b, run().getLoc(), b.getI32IntegerAttr(0));
  UnrealizedConversionCastOp::create(b, run().getLoc(), TypeRange(b.getIndexType()), zero);
  expectRefused("left 'builtin.unrealized_conversion_cast' behind");
}
TEST_F(VerifyLoops, NoTensorsAreLeft) {
  OpBuilder b = builder();
  graph::makeSplat(b, run().getLoc(), RankedTensorType::get({2}, b.getF32Type()), 1);
  expectRefused("left 'graph.");
}
TEST_F(VerifyLoops, CalleesAreDefined) {
  OpBuilder atModule = OpBuilder::atBlockBegin(program.code->getBody());
  auto missing = func::FuncOp::create(atModule, run().getLoc(), "expf", atModule.getFunctionType({}, {}));
  missing.setPrivate();
  OpBuilder b = builder();
  func::CallOp::create(b, run().getLoc(), missing, ValueRange());
  expectRefused("calls 'expf', which it did not define");
}
TEST_F(VerifyLoops, AddressesLieInsideTheMemory) {
  for (int64_t address : {int64_t(64), int64_t(program.pages) * 65536}) {
    OpBuilder b = builder();
    Value number = arith::ConstantOp::create(b, run().getLoc(), b.getI32IntegerAttr(address));
    auto pointer = LLVM::IntToPtrOp::create(b, run().getLoc(), LLVM::LLVMPointerType::get(b.getContext()), number);
    expectRefused("uses an address in 'run' that is unknown or outside the memory");
    pointer->erase();
  }
}

} // namespace
} // namespace wasmind::loops::test
