// Random fused graphs against the interpreter, and in-place reuse of memory. WASMIND_RANDOM_GRAPHS=N makes N graphs
// instead of 200.
#include "compiler/graph/Slicing.h"
#include "compiler/loops/test/Batch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops::test {
namespace {

/// Grows a pool of f32 values of a few shapes by random operations; values stay within a few units, so that errors do.
class Growth {
public:
  Growth(Batch &batch, bool named) : batch(batch), b(batch.builder), f32(typeNamed("f32")) {
    rows = named ? batch.dim("rows", 1, 9, batch.integer(1, 9)) : batch.fixed(batch.pick({1, 2, 5, 8}));
    const bool isWide = named && batch.chance(0.5);
    const int64_t actual = batch.integer(1, 40);
    columns = isWide ? batch.dim("columns", 1, 40, actual) : batch.fixed(batch.pick({1, 4, 7, 16, 37}));
    if (isWide && batch.chance(0.5)) // another dimension that must be as long
      twin = batch.inputOf({rows, batch.dim("columns too", 1, 40, actual)}, f32);
    for (int i = 0; i < 2; ++i)
      pool.push_back(batch.inputOf({rows, columns}, f32));
    pool.push_back(batch.inputOf({batch.fixed(1), columns}, f32));
    pool.push_back(batch.inputOf({rows, batch.fixed(1)}, f32));
    if (twin)
      pool.push_back(b.add(pool[0], twin));
  }

  void grow(int steps) {
    for (int i = 0; i < steps; ++i) {
      Value next = step();
      ASSERT_TRUE(next);
      pool.push_back(next);
    }
  }
  Value any() { return pool[batch.integer(0, pool.size() - 1)]; }
  Value last() { return pool.back(); }

private:
  Batch &batch;
  Compose &b;
  Type f32;
  AffineExpr rows, columns;
  Value twin;
  std::vector<Value> pool;

  Value recent() { return pool[batch.integer(std::max<int64_t>(0, int64_t(pool.size()) - 4), pool.size() - 1)]; }
  /// Values of the rows x columns domain, broadcast where they are smaller or turned.
  Value inDomain(Value x) {
    auto fits = [&](AffineExpr extent, AffineExpr whole) { return extent == whole || isOne(extent); };
    SmallVector<AffineExpr> extents = getExtents(x.getType());
    if (fits(extents[0], rows) && fits(extents[1], columns))
      return x;
    return fits(extents[1], rows) && fits(extents[0], columns) ? b.transpose(x, {1, 0}) : pool[0];
  }

  /// Positions of the rows whose sum is above a number to which no sum comes near by nature (a normalised row sums to
  /// 0, a softmax to 1), so that rounding does not decide: a measured number of them.
  Value positiveRows(Value wide) {
    Value sums = b.reduce(ReduceKind::Sum, wide, {1}, false);
    return b.positionsOf(b.compare(CompareKind::Greater, sums, b.scalar(f32, 0.3137, 1)), "positive");
  }

  Value step() {
    Value x = recent(), y = inDomain(any());
    switch (batch.integer(0, 15)) {
    case 0:
      return b.unary(batch.pick({UnaryKind::Tanh, UnaryKind::Sigmoid, UnaryKind::Sin, UnaryKind::Abs, UnaryKind::Neg,
                                 UnaryKind::Erf}),
                     x);
    case 1:
    case 2:
      return b.binary(batch.pick({BinaryKind::Add, BinaryKind::Sub, BinaryKind::Max, BinaryKind::Min}), inDomain(x), y);
    case 3:
      return b.mul(b.unary(UnaryKind::Tanh, inDomain(x)), y);
    case 4:
      return b.transpose(x, {1, 0});
    case 5:
      return b.softmax(x, {batch.integer(0, 1)});
    case 6:
      return b.layerNorm(x, Value(), Value(), {1}, 0.1);
    case 7:
      return b.reduce(batch.pick({ReduceKind::Max, ReduceKind::Min}), x, {batch.integer(0, 1)}, true);
    case 8:
      return b.mean(x, {batch.integer(0, 1)}, true);
    case 9: { // a contraction with an epilogue, brought back to the domain
      Value wide = b.broadcastTo(inDomain(x), {rows, columns});
      Value gram = b.matmul(wide, wide, false, true); // rows x rows
      Value mixed =
          b.matmul(b.unary(UnaryKind::Tanh, b.mul(gram, b.scalar(f32, 0.05, 2))), b.broadcastTo(y, {rows, columns}));
      return b.unary(UnaryKind::Tanh, b.add(b.mul(mixed, b.scalar(f32, 0.1, 2)), y));
    }
    case 10: {
      Value joined = b.concat({inDomain(pool[0]), b.broadcastTo(inDomain(x), {rows, columns})}, 1);
      return b.sliceDim(joined, 1, batch.chance(0.5) ? columns : batch.fixed(0), columns);
    }
    case 13: { // the rows whose sum is positive, as many as there are, computed with and put back
      Value wide = b.broadcastTo(inDomain(x), {rows, columns});
      Value positions = positiveRows(wide);
      Value taken = b.unary(UnaryKind::Tanh, b.add(b.gather(wide, positions, 0), b.scalar(f32, 0.5, 2)));
      return ScatterOp::create(b, b.getLoc(), ScatterKind::Set, wide, positions, taken);
    }
    case 14: { // rows from a place to another that the run finds, forwards or backwards
      Value wide = b.broadcastTo(inDomain(x), {rows, columns});
      Value count = b.extent(getExtents(positiveRows(wide).getType())[0]);
      ComputedSlice slice{b.sub(count, b.scalarLike(count, 2)), Value(), batch.pick<int64_t>({1, 2, -1, -3}),
                          batch.chance(0.5)};
      AxisRange range = measureRange(b, slice, rows, "part");
      Value part = b.sliceDim(wide, 0, range.start, range.count, range.stride);
      Value sum = b.reduce(ReduceKind::Sum, part, {0}, true);
      return b.add(b.unary(UnaryKind::Tanh, sum), y);
    }
    case 15: { // all rows behind those that are positive, in a shape that the run finds
      Value wide = b.broadcastTo(inDomain(x), {rows, columns});
      Value joined = b.concat({b.gather(wide, positiveRows(wide), 0), wide}, 0);
      Value most = b.reduce(ReduceKind::Max, b.softmax(joined, {0}), {0}, true);
      return b.mul(most, y);
    }
    case 11:
      return b.select(b.compare(CompareKind::Greater, y, b.scalar(f32, 0.0, 2)), inDomain(x), y);
    default: {
      Value flat = b.reshape(b.broadcastTo(inDomain(x), {rows, columns}), ArrayRef<AffineExpr>{rows * columns});
      return b.reshape(b.add(flat, b.scalar(f32, 0.25, 1)), ArrayRef<AffineExpr>{rows, columns});
    }
    }
  }
};

TEST(RandomGraphs, EqualTheInterpreter) {
  const char *wanted = std::getenv("WASMIND_RANDOM_GRAPHS");
  const unsigned parts = wanted ? std::max(std::atoi(wanted) / 8, 1) : 25;
  for (unsigned part = 0; part < parts; ++part) {
    Batch batch(5000 + part);
    for (int i = 0; i < 8; ++i) { // graphs of one module
      Growth growth(batch, part % 2 == 0 && i == 0);
      growth.grow(batch.integer(4, 14));
      batch.expect(growth.last(), llvm::formatv("graph {0}.{1}", part, i).str());
      if (batch.chance(0.3))
        batch.expect(growth.any(), llvm::formatv("graph {0}.{1}, an inner value", part, i).str());
    }
    batch.check(part % 2 ? allTargets.take_front(1) : allTargets.take_back(1), /*rewrite=*/part % 4 < 2);
    if (::testing::Test::HasFailure())
      break;
  }
}

TEST(Memory, ElementwiseResultsTakeTheirInputsPlace) {
  Batch batch(6000);
  Compose &b = batch.builder;
  Type f32 = typeNamed("f32");
  // Reductions keep the three elementwise steps apart; only the first needs memory.
  Value x = b.unary(UnaryKind::Exp, batch.input({64, 256}, f32));
  for (int i = 0; i < 2; ++i)
    x = b.add(b.mul(x, b.reduce(ReduceKind::Max, x, {0}, true)), b.reduce(ReduceKind::Min, x, {0}, true));
  batch.expect(b.reduce(ReduceKind::Sum, x, {0}, false), "sum");
  auto program = batch.lower({});
  ASSERT_TRUE(bool(program)) << llvm::toString(program.takeError());
  EXPECT_LT(program->arena.byteLength, 2 * 64 * 256 * 4u);
  batch.check();
}

TEST(Memory, OtherReadsForbidIt) {
  Batch batch(6100);
  Compose &b = batch.builder;
  Type f32 = typeNamed("f32");
  Value x = b.unary(UnaryKind::Exp, batch.input({16, 16}, f32));
  Value largest = b.reduce(ReduceKind::Max, x, {0}, true);
  batch.expect(b.unary(UnaryKind::Tanh, b.add(b.sub(x, largest), b.transpose(x, {1, 0}))), "turned");
  Value y = b.unary(UnaryKind::Exp, batch.input({1, 16}, f32)), small = b.reduce(ReduceKind::Max, y, {1}, true);
  Value wide = b.broadcastTo(b.sub(y, small), {batch.fixed(16), batch.fixed(16)});
  batch.expect(b.reduce(ReduceKind::Sum, b.mul(wide, b.add(x, wide)), {0}, false), "repeated");
  batch.check();
}

TEST(Memory, LargePlansAreRefused) {
  Batch batch(6200);
  AffineExpr n = batch.dim("n", 1, 1 << 20, 1);
  Value x = batch.inputOf({n, batch.fixed(1024)}, typeNamed("f32"));
  batch.expect(batch.builder.relu(x), "relu");
  std::string error = batch.refusal();
  EXPECT_NE(error.find("--dim n=1..1048576"), std::string::npos) << error;
}

} // namespace
} // namespace wasmind::loops::test
