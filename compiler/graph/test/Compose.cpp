// Compositions against plain loops.
#include "compiler/graph/test/Fixture.h"
#include <cmath>

using namespace mlir;
using namespace wasmind::graph;

namespace {
using ComposeTest = GraphTest;
using Floats = std::vector<float>;

/// Channels-first convolution of images [N, C, H, W] with weights [O, C / groups, KH, KW], as the ONNX specification
/// has it.
Floats convolve2d(const HostTensor &x, const HostTensor &w, const Floats &bias, const Compose::Window &window,
                  int64_t groups, SmallVector<int64_t> &shape, Floats xs, Floats ws) {
  int64_t n = x.shape[0], c = x.shape[1], h = x.shape[2], wd = x.shape[3];
  int64_t o = w.shape[0], cg = w.shape[1], kh = w.shape[2], kw = w.shape[3];
  auto outOf = [&](int64_t in, int64_t k, int i) {
    return (in + window.padLow[i] + window.padHigh[i] - window.dilations[i] * (k - 1) - 1) / window.strides[i] + 1;
  };
  int64_t oh = outOf(h, kh, 0), ow = outOf(wd, kw, 1);
  shape = {n, o, oh, ow};
  Floats out(n * o * oh * ow);
  for (int64_t a = 0; a < n; ++a)
    for (int64_t b = 0; b < o; ++b)
      for (int64_t y = 0; y < oh; ++y)
        for (int64_t z = 0; z < ow; ++z) {
          double sum = bias.empty() ? 0 : bias[b];
          for (int64_t k = 0; k < cg; ++k)
            for (int64_t i = 0; i < kh; ++i)
              for (int64_t j = 0; j < kw; ++j) {
                int64_t yy = y * window.strides[0] - window.padLow[0] + i * window.dilations[0];
                int64_t zz = z * window.strides[1] - window.padLow[1] + j * window.dilations[1];
                if (yy < 0 || zz < 0 || yy >= h || zz >= wd)
                  continue;
                int64_t channel = b / (o / groups) * cg + k;
                sum += double(xs[((a * c + channel) * h + yy) * wd + zz]) * ws[((b * cg + k) * kh + i) * kw + j];
              }
          out[((a * o + b) * oh + y) * ow + z] = float(sum);
        }
  return out;
}

TEST_F(ComposeTest, ConvolutionsOfRandomShapes) {
  auto pick = [&](int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(generator); };
  for (int round = 0; round < 40; ++round) {
    int64_t groups = pick(1, 3), perGroup = pick(1, 3), outputs = groups * pick(1, 3);
    Compose::Window window{
        {pick(1, 3), pick(1, 3)}, {pick(0, 2), pick(0, 2)}, {pick(0, 2), pick(0, 2)}, {pick(1, 2), pick(1, 2)}};
    SmallVector<int64_t> xShape{pick(1, 2), groups * perGroup, pick(5, 9), pick(5, 9)};
    SmallVector<int64_t> wShape{outputs, perGroup, pick(1, 3), pick(1, 3)}, shape;
    HostTensor x = random(xShape), w = random(wShape), b = random({outputs});
    module = ModuleOp::create(builder.getLoc());
    begin({tensor(xShape), tensor(wShape), tensor({outputs})});
    end({builder.convolve(arg(0), arg(1), arg(2), window, groups)});
    auto out = run({x, w, b});
    Floats expected = convolve2d(x, w, values(b), window, groups, shape, values(x), values(w));
    ASSERT_EQ(out[0].shape, shape);
    expectNear(out[0], expected);
  }
}

/// Each input element is spread over the kernel.
Floats convolveTranspose2d(const HostTensor &x, const HostTensor &w, const Compose::Window &window, int64_t groups,
                           ArrayRef<int64_t> extra, SmallVector<int64_t> &shape, Floats xs, Floats ws) {
  int64_t n = x.shape[0], c = x.shape[1], h = x.shape[2], wd = x.shape[3];
  int64_t og = w.shape[1], kh = w.shape[2], kw = w.shape[3], o = og * groups;
  auto outOf = [&](int64_t in, int64_t k, int i) {
    return (in - 1) * window.strides[i] + window.dilations[i] * (k - 1) + 1 - window.padLow[i] - window.padHigh[i] +
           extra[i];
  };
  int64_t oh = outOf(h, kh, 0), ow = outOf(wd, kw, 1);
  shape = {n, o, oh, ow};
  Floats out(n * o * oh * ow);
  for (int64_t a = 0; a < n; ++a)
    for (int64_t k = 0; k < c; ++k)
      for (int64_t y = 0; y < h; ++y)
        for (int64_t z = 0; z < wd; ++z)
          for (int64_t b = 0; b < og; ++b)
            for (int64_t i = 0; i < kh; ++i)
              for (int64_t j = 0; j < kw; ++j) {
                int64_t yy = y * window.strides[0] - window.padLow[0] + i * window.dilations[0];
                int64_t zz = z * window.strides[1] - window.padLow[1] + j * window.dilations[1];
                if (yy < 0 || zz < 0 || yy >= oh || zz >= ow)
                  continue;
                int64_t channel = k / (c / groups) * og + b;
                out[((a * o + channel) * oh + yy) * ow + zz] +=
                    xs[((a * c + k) * h + y) * wd + z] * ws[((k * og + b) * kh + i) * kw + j];
              }
  return out;
}

TEST_F(ComposeTest, TransposedConvolutionsBeforeAndAfterExpansion) {
  auto pick = [&](int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(generator); };
  for (int round = 0; round < 40; ++round) {
    int64_t groups = pick(1, 2), perGroup = pick(1, 3), outputs = pick(1, 3);
    bool disjoint = round % 3 == 0;
    SmallVector<int64_t> wShape{groups * perGroup, outputs, pick(2, 3), pick(2, 3)}, shape,
        extra{pick(0, 1), pick(0, 1)};
    Compose::Window window{
        {pick(1, 3), pick(1, 3)}, {pick(0, 1), pick(0, 1)}, {pick(0, 1), pick(0, 1)}, {pick(1, 2), pick(1, 2)}};
    if (disjoint) {
      window = {{wShape[2], wShape[3]}, {0, 0}, {0, 0}, {1, 1}};
      extra = {0, 0};
    }
    SmallVector<int64_t> xShape{pick(1, 2), groups * perGroup, pick(2, 5), pick(2, 5)};
    HostTensor x = random(xShape), w = random(wShape);
    module = ModuleOp::create(builder.getLoc());
    begin({tensor(xShape), tensor(wShape)});
    end({builder.convolveTranspose(arg(0), arg(1), nullptr, window, groups, extra)});
    Floats expected = convolveTranspose2d(x, w, window, groups, extra, shape, values(x), values(w));
    auto before = run({x, w});
    ASSERT_EQ(before[0].shape, shape);
    expectNear(before[0], expected);
    ASSERT_TRUE(apply([](OpPassManager &m) { m.addPass(createExpandTransposedConvolve()); }));
    module->walk([](ConvolveOp op) { ASSERT_FALSE(op.getTransposed()); });
    expectNear(run({x, w})[0], expected);
  }
}

TEST_F(ComposeTest, Pools) {
  Compose::Window window{{2, 1}, {1, 0}, {1, 1}, {1, 2}};
  begin({tensor({1, 2, 5, 6})});
  end({builder.maxPool(arg(0), {3, 2}, window), builder.averagePool(arg(0), {3, 2}, window, false),
       builder.averagePool(arg(0), {3, 2}, window, true), builder.globalAveragePool(arg(0))});
  HostTensor x = random({1, 2, 5, 6});
  Floats in = values(x), largest, mean, padded;
  for (int64_t c = 0; c < 2; ++c)
    for (int64_t y = 0; y < 3; ++y)
      for (int64_t z = 0; z < 5; ++z) {
        double sum = 0, best = -INFINITY;
        int count = 0;
        for (int64_t i = 0; i < 3; ++i)
          for (int64_t j = 0; j < 2; ++j) {
            int64_t yy = y * 2 - 1 + i, zz = z + j * 2;
            if (yy < 0 || yy >= 5 || zz >= 6)
              continue;
            double value = in[(c * 5 + yy) * 6 + zz];
            sum += value;
            best = std::max(best, value);
            ++count;
          }
        largest.push_back(best);
        mean.push_back(sum / count);
        padded.push_back(sum / 6);
      }
  auto out = run({x});
  ASSERT_EQ(out[0].shape, (SmallVector<int64_t>{1, 2, 3, 5}));
  expectNear(out[0], largest);
  expectNear(out[1], mean);
  expectNear(out[2], padded);
  EXPECT_EQ(out[3].shape, (SmallVector<int64_t>{1, 2, 1, 1}));
}

TEST_F(ComposeTest, SamePads) {
  Compose::Window window{{2, 1}, {}, {}, {1, 2}};
  const SmallVector<AffineExpr> extents{builder.getAffineConstantExpr(7), builder.getAffineConstantExpr(8)};
  Compose::samePads(extents, {4, 3}, window, false);
  EXPECT_EQ(window.padLow, (SmallVector<int64_t>{1, 2}));
  EXPECT_EQ(window.padHigh, (SmallVector<int64_t>{2, 2}));
  Compose::samePads(extents, {4, 3}, window, true);
  EXPECT_EQ(window.padLow, (SmallVector<int64_t>{2, 2}));
}

TEST_F(ComposeTest, RowsAndActivations) {
  begin({tensor({2, 4}), tensor({4}), tensor({4})});
  Value x = arg(0);
  end({builder.softmax(x, {-1}), builder.logSoftmax(x, {1}), builder.layerNorm(x, arg(1), arg(2), {1}, 1e-5),
       builder.gelu(x), builder.softplus(x), builder.elu(x, 0.5), builder.hardSwish(x), builder.leakyRelu(x, 0.1),
       builder.clip(x, -0.5, 0.5), builder.silu(x), builder.geluTanh(x)});
  HostTensor input = random({2, 4}, -3, 3), scale = random({4}), bias = random({4});
  Floats in = values(input), s = values(scale), b = values(bias);
  std::vector<Floats> expected(11);
  for (int row = 0; row < 2; ++row) {
    double sum = 0, mean = 0, variance = 0;
    for (int i = 0; i < 4; ++i) {
      sum += std::exp(in[row * 4 + i]);
      mean += in[row * 4 + i] / 4;
    }
    for (int i = 0; i < 4; ++i)
      variance += (in[row * 4 + i] - mean) * (in[row * 4 + i] - mean) / 4;
    for (int i = 0; i < 4; ++i) {
      double v = in[row * 4 + i], all[] = {std::exp(v) / sum,
                                           v - std::log(sum),
                                           (v - mean) / std::sqrt(variance + 1e-5) * s[i] + b[i],
                                           v / 2 * (1 + std::erf(v / std::sqrt(2.0))),
                                           std::log1p(std::exp(v)),
                                           v > 0 ? v : 0.5 * std::expm1(v),
                                           v * std::clamp(v / 6 + 0.5, 0.0, 1.0),
                                           v < 0 ? 0.1 * v : v,
                                           std::clamp(v, -0.5, 0.5),
                                           v / (1 + std::exp(-v)),
                                           v / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)))};
      for (int k = 0; k < 11; ++k)
        expected[k].push_back(all[k]);
    }
  }
  auto out = run({input, scale, bias});
  for (int k = 0; k < 11; ++k) {
    SCOPED_TRACE(k);
    expectNear(out[k], expected[k]);
  }
}

TEST_F(ComposeTest, MatrixProductsOfAllRanks) {
  struct Case {
    SmallVector<int64_t> a, b, result;
    bool transposeA = false, transposeB = false;
  };
  Case cases[] = {{{3}, {3}, {}},
                  {{2, 3}, {3}, {2}},
                  {{3}, {3, 2}, {2}},
                  {{3}, {5, 3, 2}, {5, 2}},
                  {{2, 3}, {3, 4}, {2, 4}},
                  {{5, 2, 3}, {3, 4}, {5, 2, 4}},
                  {{5, 2, 3}, {1, 3, 4}, {5, 2, 4}},
                  {{2, 3}, {5, 3, 4}, {5, 2, 4}},
                  {{6, 1, 2, 3}, {5, 3, 4}, {6, 5, 2, 4}},
                  {{5, 3, 2}, {5, 4, 3}, {5, 2, 4}, true, true},
                  {{3, 2}, {4, 3}, {2, 4}, true, true}};
  for (const Case &c : cases) {
    module = ModuleOp::create(builder.getLoc());
    begin({tensor(c.a), tensor(c.b)});
    end({builder.matmul(arg(0), arg(1), c.transposeA, c.transposeB)});
    HostTensor a = random(c.a), b = random(c.b);
    auto out = run({a, b});
    ASSERT_EQ(out[0].shape, c.result);
    // numpy.matmul by the definition.
    Floats x = values(a), y = values(b), expected;
    SmallVector<int64_t> sa = c.a, sb = c.b;
    if (sa.size() == 1)
      sa.insert(sa.begin(), 1);
    if (sb.size() == 1)
      sb.push_back(1);
    auto batchOf = [](ArrayRef<int64_t> s) { return SmallVector<int64_t>(s.drop_back(2)); };
    SmallVector<int64_t> ba = batchOf(sa), bb = batchOf(sb), batch(std::max(ba.size(), bb.size()));
    ba.insert(ba.begin(), batch.size() - ba.size(), 1);
    bb.insert(bb.begin(), batch.size() - bb.size(), 1);
    int64_t count = 1;
    for (size_t i = 0; i < batch.size(); ++i)
      count *= batch[i] = std::max(ba[i], bb[i]);
    int64_t rowsA = sa[sa.size() - 2], columnsA = sa.back(), rowsB = sb[sb.size() - 2], columnsB = sb.back();
    int64_t m = c.transposeA ? columnsA : rowsA, k = c.transposeA ? rowsA : columnsA,
            n = c.transposeB ? rowsB : columnsB;
    for (int64_t p = 0; p < count; ++p) {
      int64_t pa = 0, pb = 0, rest = p, strideA = 1, strideB = 1;
      for (size_t i = batch.size(); i-- > 0;) {
        int64_t index = rest % batch[i];
        rest /= batch[i];
        pa += (ba[i] == 1 ? 0 : index) * strideA;
        pb += (bb[i] == 1 ? 0 : index) * strideB;
        strideA *= ba[i];
        strideB *= bb[i];
      }
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) {
          double sum = 0;
          for (int64_t q = 0; q < k; ++q)
            sum += x[pa * m * k + (c.transposeA ? q * m + i : i * k + q)] *
                   y[pb * k * n + (c.transposeB ? j * k + q : q * n + j)];
          expected.push_back(sum);
        }
    }
    expectNear(out[0], expected);
  }
}

TEST_F(ComposeTest, PaddingModes) {
  begin({tensor({4})});
  auto by = [&](int64_t amount) { return builder.expressions({amount}); };
  end({builder.padReflect(arg(0), by(2), by(3)), builder.padEdge(arg(0), by(1), by(2)),
       builder.padWrap(arg(0), by(2), by(1)), builder.padReflect(arg(0), by(7), by(0)),
       builder.padEdge(arg(0), by(-1), by(1)), builder.padSymmetric(arg(0), by(2), by(1))});
  auto out = run({floats({4}, {1, 2, 3, 4})});
  EXPECT_EQ(values(out[0]), (Floats{3, 2, 1, 2, 3, 4, 3, 2, 1}));
  EXPECT_EQ(values(out[1]), (Floats{1, 1, 2, 3, 4, 4, 4}));
  EXPECT_EQ(values(out[2]), (Floats{3, 4, 1, 2, 3, 4, 1}));
  EXPECT_EQ(values(out[3]), (Floats{2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4}));
  EXPECT_EQ(values(out[4]), (Floats{2, 3, 4, 4}));
  EXPECT_EQ(values(out[5]), (Floats{2, 1, 1, 2, 3, 4, 4}));
}

TEST_F(ComposeTest, GatherAndScatterFamilies) {
  begin({tensor({2, 3}), tensor({2, 2}, i64), tensor({1, 3}, i64), tensor({2, 2})});
  Value x = arg(0);
  end({builder.gatherElements(x, arg(1), 1), builder.gatherElements(x, arg(2), 0), builder.gatherNd(x, arg(1), 0),
       builder.scatterElements(ScatterKind::Set, x, arg(1), arg(3), 1),
       builder.scatterNd(ScatterKind::Add, x, arg(1), builder.splat({builder.getAffineConstantExpr(2)}, f32, 10))});
  auto out = run({floats({2, 3}, {1, 2, 3, 4, 5, 6}), integers({2, 2}, {1, -1, 0, 1}), integers({1, 3}, {0, 1, -1}),
                  floats({2, 2}, {7, 8, 9, 10})});
  EXPECT_EQ(values(out[0]), (Floats{2, 3, 4, 5}));
  EXPECT_EQ(values(out[1]), (Floats{1, 5, 6}));
  EXPECT_EQ(values(out[2]), (Floats{6, 2}));
  EXPECT_EQ(values(out[3]), (Floats{1, 7, 8, 9, 10, 6}));
  EXPECT_EQ(values(out[4]), (Floats{1, 12, 3, 4, 5, 16}));
}

TEST_F(ComposeTest, ResizesByIndexArithmetic) {
  begin({tensor({1, 1, 1, 3})});
  end({builder.resizeNearest(arg(0), 3, 6, [](int64_t i) { return i / 2; }),
       builder.resizeLinear(
           arg(0), *builder.linearNeighbours(arg(0), 3, 6, [](int64_t i) { return (double(i) + 0.5) / 2 - 0.5; }))});
  auto out = run({floats({1, 1, 1, 3}, {0, 4, 8})});
  EXPECT_EQ(values(out[0]), (Floats{0, 0, 4, 4, 8, 8}));
  EXPECT_EQ(values(out[1]), (Floats{0, 1, 3, 5, 7, 8}));
}

TEST_F(ComposeTest, LstmUnrolledAndLooped) {
  for (int64_t steps : {1, 3, 4, 7})
    for (bool reverse : {false, true}) {
      constexpr int64_t batch = 2, inputs = 3, hidden = 4;
      module = ModuleOp::create(builder.getLoc());
      begin({tensor({steps, batch, inputs}), tensor({4 * hidden, inputs}), tensor({4 * hidden, hidden}),
             tensor({4 * hidden}), tensor({batch, hidden}), tensor({batch, hidden})});
      auto lstm = builder.lstm(arg(0), arg(1), arg(2), arg(3), arg(4), arg(5), reverse);
      end({lstm.y, lstm.h, lstm.c});
      HostTensor in[] = {random({steps, batch, inputs}), random({4 * hidden, inputs}), random({4 * hidden, hidden}),
                         random({4 * hidden}),           random({batch, hidden}),      random({batch, hidden})};
      Floats x = values(in[0]), w = values(in[1]), r = values(in[2]), bias = values(in[3]), h = values(in[4]),
             c = values(in[5]);
      Floats y(steps * batch * hidden);
      auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
      for (int64_t t = 0; t < steps; ++t) {
        int64_t at = reverse ? steps - 1 - t : t;
        Floats next(h.size());
        for (int64_t b = 0; b < batch; ++b)
          for (int64_t u = 0; u < hidden; ++u) {
            double gate[4];
            for (int64_t g = 0; g < 4; ++g) {
              int64_t row = g * hidden + u;
              gate[g] = bias[row];
              for (int64_t i = 0; i < inputs; ++i)
                gate[g] += w[row * inputs + i] * x[(at * batch + b) * inputs + i];
              for (int64_t i = 0; i < hidden; ++i)
                gate[g] += r[row * hidden + i] * h[b * hidden + i];
            }
            float &cell = c[b * hidden + u];
            cell = sigmoid(gate[2]) * cell + sigmoid(gate[0]) * std::tanh(gate[3]);
            next[b * hidden + u] = y[(at * batch + b) * hidden + u] = sigmoid(gate[1]) * std::tanh(cell);
          }
        h = next;
      }
      auto out = run(in);
      expectNear(out[0], y);
      expectNear(out[1], h);
      expectNear(out[2], c);
    }
}

TEST_F(ComposeTest, OperandsThatDoNotFitGiveADiagnosticAndNull) {
  std::string text;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    text = diagnostic.str();
    return success();
  });
  begin({tensor({2, 3}), tensor({4})});
  EXPECT_EQ(builder.add(arg(0), arg(1)), nullptr);
  EXPECT_NE(text.find("neither equal nor 1"), std::string::npos);
  EXPECT_EQ(builder.matmul(arg(0), arg(1)), nullptr);
  EXPECT_EQ(builder.reshape(arg(0), Compose::Ints{5}), nullptr);
  EXPECT_EQ(builder.transpose(arg(0), {0, 5}), nullptr);
  EXPECT_EQ(builder.reshape(arg(0), Compose::Ints{-2, -3}), nullptr);
  EXPECT_EQ(builder.relu(nullptr), nullptr);
}
} // namespace
