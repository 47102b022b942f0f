//===- Windows.cpp - convolutions and pooling against plain loops ------------------------------------------------===//
#include "compiler/frontend/expr/test/Fixture.h"

namespace wasmind::te {
namespace {

struct Windows : ExpressionTest {};

struct Case {
  int stride, pad, dilation, kernel, groups;
  bool isChannelsLast, isDynamic;
};

TEST_F(Windows, Convolutions) {
  for (Case c : {Case{1, 0, 1, 3, 1, false, false}, Case{1, 1, 1, 3, 1, true, false}, Case{2, 1, 1, 3, 1, false, false},
                 Case{2, 3, 1, 7, 1, true, false}, Case{1, 2, 2, 3, 1, false, false}, Case{1, 1, 1, 3, 2, false, false},
                 Case{2, 1, 1, 3, 4, true, false}, Case{1, 1, 1, 3, 1, true, true}, Case{2, 1, 1, 3, 2, false, true},
                 Case{3, 0, 1, 2, 1, true, true}}) {
    SCOPED_TRACE(testing::Message() << "stride " << c.stride << " pad " << c.pad << " dilation " << c.dilation
                                    << " kernel " << c.kernel << " groups " << c.groups << " last " << c.isChannelsLast
                                    << " dynamic " << c.isDynamic);
    const int N = 2, H = 9, W = 11, C = 4, O = 8, perGroup = C / c.groups;
    options.dims.clear();
    dims.clear();
    Expr h = H, w = W, batch = N;
    if (c.isDynamic) {
      options.dims["n"] = {1, 4};
      options.dims["h"] = {9, 32};
      options.dims["w"] = {9, 32};
      dims = {{"n", N}, {"h", H}, {"w", W}};
      batch = var("n");
      h = var("h");
      w = var("w");
    }
    auto at = [&](const Tensor &t, Expr n, Expr ch, Expr y, Expr x) {
      return c.isChannelsLast ? t(n, y, x, ch) : t(n, ch, y, x);
    };
    auto shape = [&](Expr n, Expr ch, Expr y, Expr x) {
      return c.isChannelsLast ? std::vector<Expr>{n, y, x, ch} : std::vector<Expr>{n, ch, y, x};
    };
    Tensor image = placeholder(shape(batch, C, h, w), DType::F32, "image");
    Tensor weights = placeholder({O, perGroup, c.kernel, c.kernel}, DType::F32, "weights");
    Tensor padded = image;
    if (c.pad)
      padded = compute(
          shape(batch, C, h + 2 * c.pad, w + 2 * c.pad),
          [&](Expr n, Expr i, Expr j, Expr k) {
            Expr ch = c.isChannelsLast ? k : i, y = c.isChannelsLast ? i : j, x = c.isChannelsLast ? j : k;
            return if_then_else(y >= c.pad && y < h + c.pad && x >= c.pad && x < w + c.pad,
                                at(image, n, ch, y - c.pad, x - c.pad), 0.0);
          },
          "padded");
    int reach = c.dilation * (c.kernel - 1) + 1;
    Expr outH = floordiv(h + 2 * c.pad - reach, c.stride) + 1, outW = floordiv(w + 2 * c.pad - reach, c.stride) + 1;
    Axis rc = reduce_axis(perGroup, "rc"), ry = reduce_axis(c.kernel, "ry"), rx = reduce_axis(c.kernel, "rx");
    Tensor out = compute(
        shape(batch, O, outH, outW),
        [&](Expr n, Expr i, Expr j, Expr k) {
          Expr o = c.isChannelsLast ? k : i, y = c.isChannelsLast ? i : j, x = c.isChannelsLast ? j : k;
          Expr channel = c.groups == 1 ? Expr(rc) : floordiv(o, O / c.groups) * perGroup + rc;
          return sum(at(padded, n, channel, y * c.stride + ry * c.dilation, x * c.stride + rx * c.dilation) *
                         weights(o, rc, ry, rx),
                     {rc, ry, rx});
        },
        "out");
    int OH = (H + 2 * c.pad - reach) / c.stride + 1, OW = (W + 2 * c.pad - reach) / c.stride + 1;
    Array x = random(image, c.isChannelsLast ? std::vector<int64_t>{N, H, W, C} : std::vector<int64_t>{N, C, H, W});
    Array f = random(weights, {O, perGroup, c.kernel, c.kernel});
    Array expected(c.isChannelsLast ? std::vector<int64_t>{N, OH, OW, O} : std::vector<int64_t>{N, O, OH, OW});
    for (int n = 0; n < N; ++n)
      for (int o = 0; o < O; ++o)
        for (int y = 0; y < OH; ++y)
          for (int k = 0; k < OW; ++k) {
            double total = 0;
            for (int ch = 0; ch < perGroup; ++ch)
              for (int dy = 0; dy < c.kernel; ++dy)
                for (int dx = 0; dx < c.kernel; ++dx) {
                  int in = o / (O / c.groups) * perGroup + ch, yy = y * c.stride + dy * c.dilation - c.pad,
                      xx = k * c.stride + dx * c.dilation - c.pad;
                  total += (c.isChannelsLast ? x.get(0, n, yy, xx, in) : x.get(0, n, in, yy, xx)) * f(o, ch, dy, dx);
                }
            (c.isChannelsLast ? expected(n, y, k, o) : expected(n, o, y, k)) = total;
          }
    check(out, {{image, x}, {weights, f}}, expected);
    EXPECT_TRUE(has("convolve") && !has("pad") && !hasCompute()) << raised;
  }
}

TEST_F(Windows, DepthwiseInOneStage) {
  const int H = 8, W = 7, C = 6, M = 2;
  Tensor image = placeholder({1, H, W, C}, DType::F32, "image"),
         weights = placeholder({3, 3, C, M}, DType::F32, "weights");
  Axis ry = reduce_axis(3, "ry"), rx = reduce_axis(3, "rx");
  for (bool isMultiplied : {true, false}) {
    auto at = [&](Expr n, Expr y, Expr x, Expr ch) {
      return select(y + ry >= 1 && y + ry < H + 1 && x + rx >= 1 && x + rx < W + 1,
                    image(n, y + ry - 1, x + rx - 1, ch), 0.0);
    };
    Tensor out =
        isMultiplied
            ? compute(
                  {1, H, W, C * M},
                  [&](Expr n, Expr y, Expr x, Expr o) {
                    return sum(at(n, y, x, floordiv(o, M)) * weights(ry, rx, floordiv(o, M), floormod(o, M)), {ry, rx});
                  },
                  "out")
            : compute(
                  {1, H, W, C},
                  [&](Expr n, Expr y, Expr x, Expr o) { return sum(at(n, y, x, o) * weights(ry, rx, o, 1), {ry, rx}); },
                  "out");
    Array x = random(image, {1, H, W, C}), f = random(weights, {3, 3, C, M}),
          expected({1, H, W, isMultiplied ? C * M : C});
    for (int y = 0; y < H; ++y)
      for (int k = 0; k < W; ++k)
        for (int o = 0; o < expected.shape[3]; ++o)
          for (int dy = 0; dy < 3; ++dy)
            for (int dx = 0; dx < 3; ++dx)
              expected(0, y, k, o) += x.get(0, 0, y + dy - 1, k + dx - 1, isMultiplied ? o / M : o) *
                                      f(dy, dx, isMultiplied ? o / M : o, isMultiplied ? o % M : 1);
    check(out, {{image, x}, {weights, f}}, expected);
    EXPECT_TRUE(has("convolve") && !hasCompute()) << raised;
  }
}

TEST_F(Windows, OneAndThreeDimensions) {
  Tensor line = placeholder({2, 5, 20}, DType::F32, "line"), filter = placeholder({6, 5, 4}, DType::F32, "filter");
  Axis c = reduce_axis(5, "c"), r = reduce_axis(4, "r");
  Tensor out = compute(
      {2, 6, 9}, [&](Expr n, Expr o, Expr x) { return sum(line(n, c, x * 2 + r) * filter(o, c, r), {c, r}); }, "out");
  Array x = random(line, {2, 5, 20}), f = random(filter, {6, 5, 4}), expected({2, 6, 9});
  for (int n = 0; n < 2; ++n)
    for (int o = 0; o < 6; ++o)
      for (int i = 0; i < 9; ++i)
        for (int ch = 0; ch < 5; ++ch)
          for (int k = 0; k < 4; ++k)
            expected(n, o, i) += x(n, ch, i * 2 + k) * f(o, ch, k);
  check(out, {{line, x}, {filter, f}}, expected);
  EXPECT_TRUE(has("convolve") && !hasCompute()) << raised;

  Tensor volume = placeholder({4, 5, 6, 2}, DType::F32, "volume"),
         cube = placeholder({2, 2, 2, 2, 3}, DType::F32, "cube");
  Axis a = reduce_axis(2, "a"), b = reduce_axis(2, "b"), d = reduce_axis(2, "d"), e = reduce_axis(2, "e");
  Tensor out3 = compute(
      {3, 4, 5, 3},
      [&](Expr z, Expr y, Expr x, Expr o) {
        return sum(volume(z + a, y + b, x + d, e) * cube(a, b, d, e, o), {a, b, d, e});
      },
      "out3");
  Array v = random(volume, {4, 5, 6, 2}), g = random(cube, {2, 2, 2, 2, 3}), expected3({3, 4, 5, 3});
  for (int i = 0; i < 3 * 4 * 5 * 3 * 16; ++i) {
    int z = i / 960, y = i / 240 % 4, k = i / 48 % 5, o = i / 16 % 3, p = i / 8 % 2, q = i / 4 % 2, s = i / 2 % 2,
        t = i % 2;
    expected3(z, y, k, o) += v(z + p, y + q, k + s, t) * g(p, q, s, t, o);
  }
  check(out3, {{volume, v}, {cube, g}}, expected3);
  EXPECT_TRUE(has("convolve") && !hasCompute()) << raised;
}

TEST_F(Windows, Pooling) {
  for (bool isChannelsLast : {false, true})
    for (int pad : {0, 1}) {
      const int H = 9, W = 8, C = 5;
      Tensor image = placeholder(isChannelsLast ? std::vector<Expr>{2, H, W, C} : std::vector<Expr>{2, C, H, W},
                                 DType::F32, "image");
      auto at = [&](Expr n, Expr ch, Expr y, Expr x) {
        return isChannelsLast ? image(n, y, x, ch) : image(n, ch, y, x);
      };
      Axis ry = reduce_axis(3, "ry"), rx = reduce_axis(2, "rx");
      int OH = (H + 2 * pad - 3) / 2 + 1, OW = (W + 2 * pad - 2) / 2 + 1;
      for (bool isMax : {false, true}) {
        auto element = [&](Expr n, Expr ch, Expr y, Expr x) {
          Expr yy = y * 2 + ry - pad, xx = x * 2 + rx - pad;
          Expr value = pad ? select(yy >= 0 && yy < H && xx >= 0 && xx < W, at(n, ch, yy, xx),
                                    isMax ? min_value(DType::F32) : const_(0, DType::F32))
                           : at(n, ch, yy, xx);
          return isMax ? max(value, {ry, rx}) : sum(value, {ry, rx}) / 6.0;
        };
        Tensor out = isChannelsLast ? compute(
                                          {2, OH, OW, C},
                                          [&](Expr n, Expr y, Expr x, Expr ch) { return element(n, ch, y, x); }, "out")
                                    : compute({2, C, OH, OW}, element, "out");
        Array x = random(image, isChannelsLast ? std::vector<int64_t>{2, H, W, C} : std::vector<int64_t>{2, C, H, W});
        Array expected(isChannelsLast ? std::vector<int64_t>{2, OH, OW, C} : std::vector<int64_t>{2, C, OH, OW});
        double absent = isMax ? -INFINITY : 0;
        for (int n = 0; n < 2; ++n)
          for (int ch = 0; ch < C; ++ch)
            for (int y = 0; y < OH; ++y)
              for (int k = 0; k < OW; ++k) {
                double value = absent;
                for (int dy = 0; dy < 3; ++dy)
                  for (int dx = 0; dx < 2; ++dx) {
                    int yy = 2 * y + dy - pad, xx = 2 * k + dx - pad;
                    double v = isChannelsLast ? x.get(absent, n, yy, xx, ch) : x.get(absent, n, ch, yy, xx);
                    value = isMax ? std::max(value, v) : value + v;
                  }
                (isChannelsLast ? expected(n, y, k, ch) : expected(n, ch, y, k)) = isMax ? value : value / 6;
              }
        check(out, {{image, x}}, expected);
        EXPECT_TRUE(has("window") && !has("pad") && !hasCompute()) << raised;
      }
    }
}

// A filter over one plane has neither channels nor outputs: the sum over neighbours stays what it is.
TEST_F(Windows, StencilOfOnePlane) {
  Tensor image = placeholder({10, 12}, DType::F32, "image"), filter = placeholder({3, 3}, DType::F32, "filter");
  Axis ry = reduce_axis(3, "ry"), rx = reduce_axis(3, "rx");
  Tensor out =
      compute({8, 10}, [&](Expr y, Expr x) { return sum(image(y + ry, x + rx) * filter(ry, rx), {ry, rx}); }, "out");
  Array x = random(image, {10, 12}), f = random(filter, {3, 3}), expected({8, 10});
  for (int y = 0; y < 8; ++y)
    for (int k = 0; k < 10; ++k)
      for (int dy = 0; dy < 3; ++dy)
        for (int dx = 0; dx < 3; ++dx)
          expected(y, k) += x(y + dy, k + dx) * f(dy, dx);
  check(out, {{image, x}, {filter, f}}, expected);
  EXPECT_TRUE(hasCompute()) << raised;
}

// Each element of the image is spread over the kernel: in two stages, and in one.
TEST_F(Windows, TransposedConvolution) {
  const int H = 5, W = 4, C = 3, O = 4, K = 3, stride = 2, pad = 1;
  const int OH = (H - 1) * stride + K - 2 * pad, OW = (W - 1) * stride + K - 2 * pad;
  Tensor image = placeholder({2, C, H, W}, DType::F32, "image");
  Tensor weights = placeholder({C, O, K, K}, DType::F32, "weights");
  Axis c = reduce_axis(C, "c"), ry = reduce_axis(K, "ry"), rx = reduce_axis(K, "rx");
  Tensor dilated = compute(
      {2, C, (H - 1) * stride + 1, (W - 1) * stride + 1},
      [&](Expr n, Expr ch, Expr y, Expr x) {
        return select(floormod(y, stride) == 0 && floormod(x, stride) == 0,
                      image(n, ch, floordiv(y, stride), floordiv(x, stride)), 0);
      },
      "dilated");
  const int border = K - 1 - pad;
  Tensor padded = compute(
      {2, C, (H - 1) * stride + 1 + 2 * border, (W - 1) * stride + 1 + 2 * border},
      [&](Expr n, Expr ch, Expr y, Expr x) {
        return select(y >= border && y < (H - 1) * stride + 1 + border && x >= border &&
                          x < (W - 1) * stride + 1 + border,
                      dilated(n, ch, y - border, x - border), 0);
      },
      "padded");
  Tensor two = compute(
      {2, O, OH, OW},
      [&](Expr n, Expr o, Expr y, Expr x) {
        return sum(padded(n, c, y + ry, x + rx) * weights(c, o, K - 1 - ry, K - 1 - rx), {c, ry, rx});
      },
      "two");
  Tensor one = compute(
      {2, O, OH, OW},
      [&](Expr n, Expr o, Expr y, Expr x) {
        Expr yy = y + pad - ry, xx = x + pad - rx;
        return sum(select(floormod(yy, stride) == 0 && yy >= 0 && yy < H * stride && floormod(xx, stride) == 0 &&
                              xx >= 0 && xx < W * stride,
                          image(n, c, floordiv(yy, stride), floordiv(xx, stride)), 0) *
                       weights(c, o, ry, rx),
                   {c, ry, rx});
      },
      "one");
  Array x = random(image, {2, C, H, W}), f = random(weights, {C, O, K, K}), expected({2, O, OH, OW});
  for (int n = 0; n < 2; ++n)
    for (int ch = 0; ch < C; ++ch)
      for (int o = 0; o < O; ++o)
        for (int i = 0; i < H * W * K * K; ++i) {
          int y = i / (W * K * K) * stride + i / K % K - pad, k = i / (K * K) % W * stride + i % K - pad;
          if (y >= 0 && y < OH && k >= 0 && k < OW)
            expected(n, o, y, k) += x(n, ch, i / (W * K * K), i / (K * K) % W) * f(ch, o, i / K % K, i % K);
        }
  for (const Tensor &out : {two, one}) {
    check(out, {{image, x}, {weights, f}}, expected);
    EXPECT_TRUE(has("convolve") && !hasCompute()) << raised;
  }
}

TEST_F(Windows, NarrowConvolution) {
  Tensor image = placeholder({1, 6, 6, 4}, DType::I8, "image"),
         weights = placeholder({3, 3, 4, 5}, DType::I8, "weights");
  Axis ry = reduce_axis(3, "ry"), rx = reduce_axis(3, "rx"), c = reduce_axis(4, "c");
  Tensor out = compute(
      {1, 4, 4, 5},
      [&](Expr n, Expr y, Expr x, Expr o) {
        return sum(cast(DType::I32, image(n, y + ry, x + rx, c)) * cast(DType::I32, weights(ry, rx, c, o)),
                   {ry, rx, c});
      },
      "out");
  Array x = random(image, {1, 6, 6, 4}), f = random(weights, {3, 3, 4, 5}), expected({1, 4, 4, 5});
  for (int i = 0; i < 4 * 4 * 5 * 36; ++i) {
    int y = i / 720, k = i / 180 % 4, o = i / 36 % 5, dy = i / 12 % 3, dx = i / 4 % 3, ch = i % 4;
    expected(0, y, k, o) += x(0, y + dy, k + dx, ch) * f(dy, dx, ch, o);
  }
  check(out, {{image, x}, {weights, f}}, expected);
  EXPECT_TRUE(has("convolve") && !has("cast") && !hasCompute()) << raised;
}

} // namespace
} // namespace wasmind::te
