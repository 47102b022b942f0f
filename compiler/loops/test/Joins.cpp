// Concatenations whose parts are computed in place, against the interpreter: random nets of images whose values are
// joined along any dimension, read by others, cut up and joined again. WASMIND_RANDOM_GRAPHS=N makes N nets instead
// of 96.
#include "compiler/loops/LoopsOps.h"
#include "compiler/loops/test/Batch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops::test {
namespace {

/// Grows images [images, rows, columns, any channels] from an input.
class Net {
public:
  Net(Batch &batch, bool named) : batch(batch), b(batch.builder), f32(typeNamed("f32")) {
    images = batch.fixed(batch.pick({1, 1, 2}));
    rows = named ? batch.dim("rows", 1, 12, batch.integer(1, 12)) : batch.fixed(batch.pick({1, 5, 12}));
    columns = named ? batch.dim("columns", 1, 9, batch.integer(1, 9)) : batch.fixed(batch.pick({1, 6, 9}));
    for (int64_t channels : {8, 4})
      pool.push_back(batch.inputOf({images, rows, columns, batch.fixed(channels)}, f32));
  }

  Value grow(int steps) {
    for (int i = 0; i < steps; ++i)
      pool.push_back(step());
    return pool.back();
  }
  Value any() { return pool[batch.integer(0, pool.size() - 1)]; }

private:
  Batch &batch;
  Compose &b;
  Type f32;
  AffineExpr images, rows, columns;
  std::vector<Value> pool;

  Value recent() { return pool[batch.integer(std::max<int64_t>(0, int64_t(pool.size()) - 4), pool.size() - 1)]; }
  static int64_t channelsOf(Value x) { return *constantOf(getExtents(x.getType()).back()); }

  Value convolve(Value x, int64_t channels, int64_t kernel, int64_t groups) {
    const double scale = 1.0 / double(kernel * kernel * channelsOf(x) / groups);
    Value weights =
        batch.constant({kernel, kernel, channelsOf(x) / groups, channels}, f32, Span{-2 * scale, 2 * scale});
    const int64_t pad = kernel / 2;
    return ConvolveOp::create(b, b.getLoc(), x, weights, {1, 1}, {pad, pad}, {pad, pad}, {1, 1}, groups, false);
  }

  Value step() {
    Value x = recent();
    const int64_t channels = channelsOf(x);
    switch (batch.integer(0, 9)) {
    case 0:
      return b.relu(convolve(x, batch.pick({3, 4, 8, 16}), 1, 1));
    case 1:
      return convolve(x, batch.pick({4, 5, 8}), 3, 1);
    case 2:
      return b.unary(UnaryKind::Tanh, convolve(x, channels, 3, channels));
    case 3: {
      Value y = convolve(x, 8, 3, 1);
      return b.mul(y, b.unary(UnaryKind::Sigmoid, y));
    }
    case 4:
      return b.add(b.unary(UnaryKind::Tanh, x), b.scalar(f32, 0.25, 4));
    case 5:
      return channels > 1 ? slice(x, channels) : b.unary(UnaryKind::Neg, x);
    default:
      return channels < 40 ? joined(x) : b.reduce(ReduceKind::Max, x, {3}, true);
    }
  }

  Value slice(Value x, int64_t channels) {
    const int64_t count = batch.integer(1, channels - 1);
    return b.sliceDim(x, 3, batch.fixed(batch.integer(0, channels - count)), batch.fixed(count));
  }

  /// Computed with a dimension more, and merged again.
  Value inFiveDimensions(Value x) {
    SmallVector<AffineExpr> extents = getExtents(x.getType());
    const int64_t inner = channelsOf(x) % 2 == 0 ? 2 : 1;
    extents.insert(extents.end() - 1, batch.fixed(channelsOf(x) / inner));
    extents.back() = batch.fixed(inner);
    Value y = b.unary(UnaryKind::Tanh, b.reshape(x, extents));
    return b.reshape(batch.chance(0.5) ? y : b.transpose(y, {0, 1, 2, 4, 3}), getExtents(x.getType()));
  }

  Value joined(Value x) {
    SmallVector<Value> parts{x};
    const int64_t dim = batch.chance(0.7) ? 3 : batch.integer(0, 2);
    for (int64_t count = batch.integer(1, 3); count > 0; --count)
      if (Value y = any(); dim == 3 || y.getType() == x.getType())
        parts.push_back(batch.chance(0.2) ? b.relu(y) : batch.chance(0.2) ? inFiveDimensions(y) : y);
    if (parts.size() == 1)
      parts.push_back(b.unary(UnaryKind::Abs, x));
    if (batch.chance(0.5))
      std::swap(parts.front(), parts.back());
    Value all = b.concat(parts, dim);
    if (dim == 3)
      return all;
    const AffineExpr whole = getExtents(all.getType())[dim], part = getExtents(x.getType())[dim];
    Value turned = b.unary(UnaryKind::Tanh, all);
    return b.sliceDim(turned, dim, normalise(whole - part), part);
  }
};

TEST(Joins, EqualTheInterpreter) {
  const char *wanted = std::getenv("WASMIND_RANDOM_GRAPHS");
  const unsigned parts = wanted ? std::max(std::atoi(wanted) / 8, 1) : 12;
  unsigned joins = 0;
  for (unsigned part = 0; part < parts; ++part) {
    Batch batch(7000 + part);
    for (int i = 0; i < 8; ++i) { // nets of one module
      Net net(batch, part % 2 == 0 && i == 0);
      batch.expect(net.grow(batch.integer(4, 16)), llvm::formatv("net {0}.{1}", part, i).str());
      if (batch.chance(0.3))
        batch.expect(net.any(), llvm::formatv("net {0}.{1}, an inner value", part, i).str());
    }
    batch.finish();
    auto dispatches = formDispatches(*batch.module, Options());
    ASSERT_TRUE(bool(dispatches)) << llvm::toString(dispatches.takeError());
    (*dispatches)->walk([&](JoinOp) { ++joins; });
    batch.check(part % 2 ? allTargets.take_front(1) : allTargets.take_back(1), /*rewrite=*/part % 4 < 2);
    if (::testing::Test::HasFailure())
      break;
  }
  EXPECT_GT(joins, parts);
}

} // namespace
} // namespace wasmind::loops::test
