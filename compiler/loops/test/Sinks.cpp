// Products and convolutions whose epilogue stores in another order than they are computed in.
#include "compiler/loops/LoopsOps.h"
#include "compiler/loops/test/Batch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops::test {
namespace {

unsigned dispatchesOf(Batch &batch) {
  batch.finish();
  auto formed = formDispatches(*batch.module, Options());
  if (!formed) {
    ADD_FAILURE() << llvm::toString(formed.takeError());
    return 0;
  }
  unsigned count = 0;
  (*formed)->walk([&](DispatchOp) { ++count; });
  return count;
}

TEST(Sinks, ProductsTransposed) {
  Batch batch(7200);
  Type f32 = typeNamed("f32");
  Compose &b = batch.builder;
  unsigned count = 0;
  for (int64_t m : {1, 3, 4, 5, 19, 20, 21, 43, 64})
    for (int64_t n : {1, 7, 8, 9, 24}) {
      const int64_t k = batch.pick({1, 5, 16});
      const bool isNamed = batch.chance(0.3);
      AffineExpr rows = isNamed ? batch.dim(llvm::formatv("m{0}", count).str(), 1, 70, m) : batch.fixed(m);
      Value x = batch.inputOf({rows, batch.fixed(k)}, f32);
      Value y = batch.chance(0.5) ? batch.constant({k, n}, f32) : batch.input({k, n}, f32);
      Value product = b.matmul(x, y);
      if (batch.chance(0.7))
        product =
            b.add(product, batch.chance(0.5) ? batch.constant({n}, f32) : batch.inputOf({rows, batch.fixed(1)}, f32));
      if (batch.chance(0.5))
        product = b.relu(product);
      Value turned = b.transpose(product, {1, 0});
      if (batch.chance(0.5)) // read as it is stored
        turned = b.add(turned, batch.inputOf({batch.fixed(n), rows}, f32));
      batch.expect(turned, llvm::formatv("{0}x{1}x{2}{3}", m, n, k, isNamed ? ", named" : "").str());
      ++count;
    }
  EXPECT_EQ(dispatchesOf(batch), count);
  batch.check();
}

TEST(Sinks, BatchesTransposed) {
  Batch batch(7210);
  Type f32 = typeNamed("f32");
  Compose &b = batch.builder;
  for (int i = 0; i < 24; ++i) {
    const int64_t heads = batch.pick({1, 2, 3}), m = batch.pick({1, 6, 20, 31}), n = batch.pick({4, 8, 12}), k = 5;
    Value product = b.matmul(batch.input({heads, m, k}, f32), batch.input({heads, k, n}, f32));
    SmallVector<int64_t> order{0, 1, 2};
    std::shuffle(order.begin(), order.end(), batch.random);
    Value turned = b.transpose(b.relu(product), order);
    if (batch.chance(0.3)) // what lies in a join and is turned
      turned = b.concat({turned, b.unary(UnaryKind::Neg, turned)}, batch.integer(0, 2));
    batch.expect(turned, llvm::formatv("{0}x{1}x{2} as {3}{4}{5}", heads, m, n, order[0], order[1], order[2]).str());
    Value bytes = b.matmul(batch.input({m, 7}, typeNamed("i8")), batch.constant({7, n}, typeNamed("ui8")));
    batch.expect(b.transpose(bytes, {1, 0}), llvm::formatv("bytes {0}x{1}", m, n).str());
  }
  batch.check();
}

TEST(Sinks, ConvolutionsTransposed) {
  Batch batch(7220);
  Type f32 = typeNamed("f32");
  Compose &b = batch.builder;
  unsigned count = 0;
  for (int64_t rows : {1, 5, 12})
    for (int64_t channels : {3, 8, 20})
      for (int64_t kernel : {1, 3}) {
        const int64_t images = batch.pick({1, 2}), pad = kernel / 2;
        Value x = batch.input({images, rows, 7, 4}, f32), weights = batch.constant({kernel, kernel, 4, channels}, f32);
        Value y = ConvolveOp::create(b, b.getLoc(), x, weights, {1, 1}, {pad, pad}, {pad, pad}, {1, 1}, 1, false);
        y = b.relu(b.add(y, batch.constant({1, 1, 1, channels}, f32)));
        batch.expect(b.transpose(y, {0, 3, 1, 2}), llvm::formatv("{0} rows, {1} channels", rows, channels).str());
        count += images == 1 || rows * 7 == 1; // pixels of several images are not side by side
      }
  EXPECT_LE(dispatchesOf(batch), 2 * 18 - count);
  batch.check();
}

} // namespace
} // namespace wasmind::loops::test
