// The whole pipeline on random graphs against the interpreter on the graphs as they were written.
#include "compiler/graph/Structured.h"
#include "compiler/graph/test/Fixture.h"

using namespace mlir;
using namespace wasmind::graph;

namespace {

/// Grows a random graph over images [N, C, H, W] and what becomes of them.
struct RandomGraph : GraphTest {
  int64_t pick(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(generator); }
  SmallVector<int64_t> shapeOf(Value x) { return SmallVector<int64_t>(cast<RankedTensorType>(x.getType()).getShape()); }

  Value weights(ArrayRef<int64_t> shape) { return constant(random(shape, -0.5, 0.5)); }

  /// A value of the pool, of some rank when one is wanted.
  Value choose(int64_t rank = -1) {
    for (int tries = 0; tries < 20; ++tries) {
      Value x = pool[pick(0, pool.size() - 1)];
      if (rank < 0 || int64_t(shapeOf(x).size()) == rank)
        return x;
    }
    return nullptr;
  }

  Value image(Value x) {
    SmallVector<int64_t> shape = shapeOf(x);
    int64_t channels = shape[1];
    Compose::Window window{{pick(1, 2), pick(1, 2)}, {pick(0, 1), 1}, {1, pick(0, 1)}, {1, 1}};
    switch (pick(0, 8)) {
    case 0: {
      int64_t groups = channels % 2 == 0 ? pick(1, 2) : 1, outputs = groups * pick(1, 3);
      Value w = weights({outputs, channels / groups, std::min<int64_t>(shape[2] + 1, pick(1, 3)), 1});
      return builder.convolve(x, w, pick(0, 1) ? weights({outputs}) : nullptr, window, groups);
    }
    case 1: {
      int64_t k = pick(1, 2);
      Value w = weights({channels, pick(1, 2), k, k});
      if (pick(0, 1))
        window = {{k, k}, {0, 0}, {0, 0}, {1, 1}};
      return shape[2] * shape[3] > 60 ? x : builder.convolveTranspose(x, w, nullptr, window, 1);
    }
    case 2:
      return builder.batchNorm(x, weights({channels}), weights({channels}), weights({channels}),
                               constant(random({channels}, 0.5, 2)), 1e-3);
    case 3:
      return builder.maxPool(x, {2, 2}, {{1, 2}, {0, 1}, {1, 0}, {1, 1}});
    case 4:
      return builder.averagePool(x, {2, 1}, {{1, 1}, {1, 0}, {0, 0}, {1, 1}}, pick(0, 1));
    case 5: { // squeeze and excite
      Value pooled = builder.globalAveragePool(x);
      Value gate = builder.convolve(pooled, weights({channels, channels, 1, 1}), weights({channels}),
                                    {{1, 1}, {0, 0}, {0, 0}, {1, 1}}, 1);
      return builder.mul(x, builder.sigmoid(gate));
    }
    case 6:
      return builder.resizeNearest(x, 2 + pick(0, 1), pick(2, 6), [](int64_t i) { return i / 2; });
    case 7: // channel shuffle
      if (channels % 2)
        return builder.resizeLinear(x,
                                    {*builder.linearNeighbours(x, 2, pick(2, 5), [](int64_t i) { return i * 0.5; }),
                                     *builder.linearNeighbours(x, 3, pick(2, 5), [](int64_t i) { return i * 0.75; })});
      return builder.reshape(
          builder.transpose(builder.reshape(x, {shape[0], 2, channels / 2, shape[2], shape[3]}), {0, 2, 1, 3, 4}),
          shape);
    default: // patches and back
      return builder.reshape(
          builder.transpose(
              builder.layerNorm(
                  builder.transpose(builder.reshape(x, {shape[0], channels, shape[2] * shape[3]}), {0, 2, 1}),
                  weights({channels}), weights({channels}), {-1}, 1e-3),
              {0, 2, 1}),
          shape);
    }
  }

  Value anything(Value x) {
    SmallVector<int64_t> shape = shapeOf(x);
    int64_t rank = shape.size(), dim = rank ? pick(0, rank - 1) : 0;
    SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::shuffle(permutation.begin(), permutation.end(), generator);
    switch (pick(0, 12)) {
    case 0:
      return builder.relu(x);
    case 1:
      return builder.mul(builder.unary(UnaryKind::Tanh, x), builder.scalar(f32, 0.75));
    case 2:
      return builder.transpose(x, permutation);
    case 3: {
      Value other = choose(rank);
      bool fits = other && shapeOf(other) == shape;
      return builder.add(x, fits ? other : builder.silu(x));
    }
    case 4: {
      SmallVector<int64_t> line(rank, 1);
      if (rank)
        line[dim] = shape[dim];
      return builder.binary(pick(0, 1) ? BinaryKind::Sub : BinaryKind::Mul, x, weights(line));
    }
    case 5:
      return rank ? builder.concat({x, builder.leakyRelu(x, 0.2), x}, dim) : x;
    case 6:
      if (!rank || shape[dim] < 2)
        return x;
      return builder.sliceDim(x, dim, builder.getAffineConstantExpr(pick(0, 1)),
                              builder.getAffineConstantExpr((shape[dim] - 1) / 2 + (shape[dim] == 2)),
                              1 + (shape[dim] > 3));
    case 7:
      return rank > 1 ? builder.reduce(pick(0, 1) ? ReduceKind::Max : ReduceKind::Sum, x, {dim}, pick(0, 1)) : x;
    case 8: {
      SmallVector<int64_t> low(rank), high(rank);
      if (rank)
        low[dim] = pick(0, 1), high[dim] = 1;
      return builder.pad(x, builder.scalar(f32, 0.5), low, high);
    }
    case 9:
      return rank ? builder.softmax(x, {dim}) : x;
    case 10: {
      if (rank < 2)
        return x;
      Value w = weights({shape.back(), pick(1, 3)});
      return builder.add(builder.matmul(x, w), builder.scalar(f32, 0.5));
    }
    case 11:
      return rank ? builder.gather(x, makeIntegers(builder, builder.getLoc(), {0, shape[dim] - 1}), dim) : x;
    default:
      return rank ? Value(ReverseOp::create(builder, builder.getLoc(), x, ArrayRef<int64_t>{dim})) : x;
    }
  }

  SmallVector<Value> pool;
};

TEST_F(RandomGraph, ThePipelineKeepsTheirMeaning) {
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    generator.seed(round);
    SmallVector<int64_t> shape{pick(1, 2), pick(1, 4), pick(2, 5), pick(2, 5)};
    module = ModuleOp::create(builder.getLoc());
    setNamedDims(*module, {});
    pool.clear();
    begin({tensor(shape)});
    pool.push_back(arg(0));
    for (int step = 0, steps = pick(2, 14); step < steps; ++step) {
      Value x = pick(0, 2) ? pool.back() : choose();
      bool isImage = shapeOf(x).size() == 4 && shapeOf(x)[2] >= 2 && shapeOf(x)[3] >= 2;
      Value next = isImage && pick(0, 3) ? image(x) : anything(x);
      ASSERT_TRUE(next != nullptr);
      int64_t count = cast<RankedTensorType>(next.getType()).getNumElements();
      if (count > 0 && count < 4000)
        pool.push_back(next);
    }
    SmallVector<Value> results{pool.back(), choose()};
    end(results);
    HostTensor x = random(shape);
    std::string text;
    llvm::raw_string_ostream stream(text);
    module->print(stream);
    auto before = run({x});
    ASSERT_TRUE(apply([](OpPassManager &m) { buildGraphPipeline(m); })) << text;
    auto after = run({x});
    ASSERT_EQ(before.size(), after.size());
    for (auto [a, b] : llvm::zip(before, after)) {
      ASSERT_EQ(a.shape, b.shape) << text;
      expectNearAsAWhole(b, values(a));
      if (HasFatalFailure()) {
        module->dump();
        FAIL() << text;
      }
    }
  }
}

/// Every structured operation spelt out as graph.compute by its own interface means the same.
TEST_F(RandomGraph, TheStructuredInterfaceDescribesEachOperation) {
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    generator.seed(round);
    SmallVector<int64_t> shape{1, pick(1, 3), pick(2, 4), pick(2, 4)};
    module = ModuleOp::create(builder.getLoc());
    pool.clear();
    begin({tensor(shape)});
    pool.push_back(arg(0));
    for (int step = 0; step < 3; ++step) {
      Value x = pool.back();
      bool isImage = shapeOf(x).size() == 4 && shapeOf(x)[2] >= 2 && shapeOf(x)[3] >= 2;
      Value next = isImage && pick(0, 1) ? image(x) : anything(x);
      int64_t count = cast<RankedTensorType>(next.getType()).getNumElements();
      if (count > 0 && count < 200)
        pool.push_back(next);
    }
    end({pool.back()});
    HostTensor x = random(shape);
    auto before = run({x});
    SmallVector<StructuredOp> operations;
    module->walk([&](StructuredOp op) { operations.push_back(op); });
    for (StructuredOp op : operations)
      spellOut(op);
    ASSERT_TRUE(succeeded(verify(*module)));
    auto after = run({x});
    expectNearAsAWhole(after[0], values(before[0]));
    // And back to named primitives where they are recognised.
    ASSERT_TRUE(apply([](OpPassManager &m) { m.addPass(createRaiseCompute()); }));
    expectNearAsAWhole(run({x})[0], values(before[0]));
  }
}
} // namespace
