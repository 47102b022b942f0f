// What the records of kernels say: the operations of everything that a kernel computes.
#include "compiler/loops/test/Batch.h"

namespace wasmind::loops::test {
namespace {

std::vector<KernelRecord> recordsOf(Batch &batch) {
  auto program = batch.lower({});
  EXPECT_TRUE(bool(program)) << llvm::toString(program.takeError());
  return program ? program->kernels : std::vector<KernelRecord>();
}

TEST(Records, CountTheEpilogue) {
  Batch batch(1);
  Type f32 = typeNamed("f32");
  Value product = batch.builder.matmul(batch.input({6, 8}, f32), batch.input({8, 16}, f32));
  Value sum = batch.builder.add(product, batch.input({1, 16}, f32));
  batch.expect(batch.builder.maximum(sum, batch.builder.scalarLike(sum, 0)), "product, sum, maximum");
  auto records = recordsOf(batch);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].kind, "contract");
  EXPECT_EQ(records[0].flops, 2u * 6 * 8 * 16 + 2u * 6 * 16);
}

TEST(Records, CountWhatRowsDo) {
  Batch batch(2);
  Value x = batch.input({5, 32}, typeNamed("f32"));
  batch.expect(batch.builder.softmax(x, {-1}), "softmax");
  auto records = recordsOf(batch);
  ASSERT_EQ(records.size(), 1u);
  // Maximum, difference, exponential, sum, quotient.
  EXPECT_EQ(records[0].flops, 5u * 5 * 32);
}

TEST(Records, MovesAreNoOperations) {
  Batch batch(3);
  Value x = batch.input({4, 6}, typeNamed("f32"));
  batch.expect(batch.builder.concat(mlir::ValueRange{x, x}, 0), "concat");
  auto records = recordsOf(batch);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].flops, 0u);
}

} // namespace
} // namespace wasmind::loops::test
