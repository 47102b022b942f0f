// What the records of kernels say: the operations of everything that a kernel computes.
#include "compiler/loops/test/Batch.h"

namespace wasmind::loops::test {
namespace {

std::vector<KernelRecord> recordsOf(Batch &batch, bool rewrite = false) {
  auto program = batch.lower({}, rewrite);
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

TEST(Records, InterpolationOfPixelsIsOneKernel) {
  Batch batch(4);
  graph::Compose &b = batch.builder;
  auto halves = [](int64_t i) { return (double(i) + 0.5) / 2 - 0.5; };
  Value pixels = batch.input({2, 5, 6, 8}, typeNamed("f32"));
  batch.expect(
      b.resizeLinear(pixels, {*b.linearNeighbours(pixels, 1, 10, halves), *b.linearNeighbours(pixels, 2, 12, halves)}),
      "last");
  EXPECT_EQ(recordsOf(batch, /*rewrite=*/true).size(), 1u);
  // Columns are gathered for all rows, twice by one kernel; another reads whole rows of those.
  Batch first(5);
  Value rows = first.input({2, 8, 5, 6}, typeNamed("f32"));
  graph::Compose &c = first.builder;
  first.expect(
      c.resizeLinear(rows, {*c.linearNeighbours(rows, 2, 10, halves), *c.linearNeighbours(rows, 3, 12, halves)}),
      "first");
  EXPECT_EQ(recordsOf(first, /*rewrite=*/true).size(), 2u);
}

} // namespace
} // namespace wasmind::loops::test
