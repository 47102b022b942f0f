//===- Formulas.cpp - elementwise formulas, reductions, movement, gathers against plain loops --------------------===//
#include "compiler/frontend/expr/test/Fixture.h"

namespace wasmind::te {
namespace {

using Formulas = ExpressionTest;

TEST_F(Formulas, OfAnyShapeOrderAndBroadcast) {
  options.dims["n"] = {1, 9};
  dims = {{"n", 5}};
  Var n = var("n");
  Tensor a = placeholder({n, 4}, DType::F32, "a"), b = placeholder({4}, DType::F32, "b"),
         s = placeholder({}, DType::F32, "s");
  Tensor out = compute(
      {4, n},
      [&](Expr i, Expr j) {
        Expr x = a(j, i) + b(i);
        return select(x > 0, x, s() * (exp(x) - 1.0)) * sigmoid(a(0, i)) + const_(0.5, DType::F32);
      },
      "out");
  Array x = random(a, {5, 4}), y = random(b, {4}), alpha = random(s, {}), expected({4, 5});
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 5; ++j) {
      double v = x(j, i) + y(i);
      expected(i, j) = (v > 0 ? v : alpha() * (std::exp(v) - 1)) / (1 + std::exp(-x(0, i))) + 0.5;
    }
  check(out, {{a, x}, {b, y}, {s, alpha}}, expected);
  EXPECT_FALSE(hasCompute()) << raised;
}

TEST_F(Formulas, UnaryAndBinaryFunctions) {
  Tensor a = placeholder({64}, DType::F64, "a"), b = placeholder({64}, DType::F64, "b");
  struct Function {
    std::function<Expr(Expr, Expr)> expression;
    std::function<double(double, double)> reference;
  };
  const Function functions[] = {
      {[](Expr x, Expr) { return -x; }, [](double x, double) { return -x; }},
      {[](Expr x, Expr) { return log(abs(x)); }, [](double x, double) { return std::log(std::fabs(x)); }},
      {[](Expr x, Expr) { return sqrt(abs(x)) + rsqrt(abs(x)); },
       [](double x, double) { return std::sqrt(std::fabs(x)) + 1 / std::sqrt(std::fabs(x)); }},
      {[](Expr x, Expr) { return floor(x) + 2 * ceil(x) + 3 * round(x) + 4 * trunc(x); },
       [](double x, double) { return std::floor(x) + 2 * std::ceil(x) + 3 * std::nearbyint(x) + 4 * std::trunc(x); }},
      {[](Expr x, Expr) { return sin(x) + 2 * cos(x) - tan(x / 2); },
       [](double x, double) { return std::sin(x) + 2 * std::cos(x) - std::tan(x / 2); }},
      {[](Expr x, Expr) { return tanh(x) + erf(x) + sign(x); },
       [](double x, double) { return std::tanh(x) + std::erf(x) + (x > 0) - (x < 0); }},
      {[](Expr x, Expr) { return asinh(x) + sinh(x) * cosh(x) + atan(x); },
       [](double x, double) { return std::asinh(x) + std::sinh(x) * std::cosh(x) + std::atan(x); }},
      {[](Expr x, Expr y) { return max(x, y) - min(x, y) * reciprocal(y); },
       [](double x, double y) { return std::max(x, y) - std::min(x, y) / y; }},
      {[](Expr x, Expr y) { return floordiv(x, y) + floormod(x, y); },
       [](double x, double y) { return std::floor(x / y) + (x - std::floor(x / y) * y); }},
      {[](Expr x, Expr y) { return pow(abs(x), y) + atan2(x, y); },
       [](double x, double y) { return std::pow(std::fabs(x), y) + std::atan2(x, y); }},
      {[](Expr x, Expr y) { return cast(DType::F64, (x < y && !(y > 1)) || x == 0); },
       [](double x, double y) { return double((x < y && !(y > 1)) || x == 0); }},
      {[](Expr x, Expr y) { return select(isnan(x / 0.0 * 0.0), y, x); }, [](double, double y) { return y; }},
  };
  Array x = random(a, {64}), y = random(b, {64}), expected({64});
  for (const Function &f : functions) {
    Tensor out = compute({64}, [&](Expr i) { return f.expression(a(i), b(i)); }, "out");
    for (int i = 0; i < 64; ++i)
      expected(i) = f.reference(x(i), y(i));
    check(out, {{a, x}, {b, y}}, expected);
    EXPECT_FALSE(hasCompute()) << raised;
  }
}

TEST_F(Formulas, IntegersOfEveryType) {
  for (DType dtype : {DType::I8, DType::I16, DType::I32, DType::I64, DType::U8, DType::U16, DType::U32, DType::U64}) {
    Tensor a = placeholder({64}, dtype, "a"), b = placeholder({64}, dtype, "b");
    Tensor out = compute(
        {64},
        [&](Expr i) {
          Expr x = a(i), y = b(i);
          return floordiv(x, y) + 3 * floormod(x, y) + (truncdiv(x, y) - truncmod(x, y)) + ((x & y) | (x ^ 5)) +
                 (x << 1) + max(~x, y);
        },
        "out");
    Array x = random(a, {64}), y = random(b, {64}), expected({64});
    for (int i = 0; i < 64; ++i) {
      int64_t u = int64_t(x(i)), v = int64_t(y(i));
      int64_t quotient = v ? u / v : 0, rest = v ? u % v : 0;
      bool below = rest && ((rest < 0) != (v < 0));
      int64_t inverse = abi::nameOf(dtype)[0] == 'u' && dtype != DType::U64
                            ? int64_t(~uint64_t(u) & ((uint64_t(1) << 8 * abi::byteWidth(dtype)) - 1))
                            : ~u;
      int64_t greater = dtype == DType::U64 ? int64_t(std::max(uint64_t(inverse), uint64_t(v))) : std::max(inverse, v);
      int64_t value = (quotient - below) + 3 * (below ? rest + v : rest) + (quotient - rest) + ((u & v) | (u ^ 5)) +
                      (u << 1) + greater;
      switch (dtype) {
      case DType::I8:
        value = int8_t(value);
        break;
      case DType::I16:
        value = int16_t(value);
        break;
      case DType::I32:
        value = int32_t(value);
        break;
      case DType::U8:
        value = uint8_t(value);
        break;
      case DType::U16:
        value = uint16_t(value);
        break;
      case DType::U32:
        value = uint32_t(value);
        break;
      default:
        break;
      }
      expected(i) = dtype == DType::U64 ? double(uint64_t(value)) : double(value);
    }
    check(out, {{a, x}, {b, y}}, expected);
    EXPECT_FALSE(hasCompute()) << raised;
  }
}

TEST_F(Formulas, Reductions) {
  Tensor a = placeholder({6, 5, 4}, DType::F32, "a");
  Axis k = reduce_axis(5, "k"), h = reduce_axis(4, "h");
  Array x = random(a, {6, 5, 4});
  auto expect = [&](auto f, double initial, std::function<double(double, double)> join) {
    Tensor out = compute({6}, f, "out");
    Array expected({6});
    for (int i = 0; i < 6; ++i) {
      expected(i) = initial;
      for (int j = 0; j < 5; ++j)
        for (int l = 0; l < 4; ++l)
          expected(i) = join(expected(i), x(i, j, l));
    }
    check(out, {{a, x}}, expected);
    EXPECT_TRUE(has("reduce") && !hasCompute()) << raised;
  };
  expect([&](Expr i) { return sum(a(i, k, h), {k, h}); }, 0, [](double s, double v) { return s + v; });
  expect([&](Expr i) { return prod(a(i, k, h), {k, h}); }, 1, [](double s, double v) { return s * v; });
  expect([&](Expr i) { return max(abs(a(i, k, h)), {h, k}); }, 0,
         [](double s, double v) { return std::max(s, std::fabs(v)); });
  expect([&](Expr i) { return min(a(i, k, h), {k, h}); }, INFINITY, [](double s, double v) { return std::min(s, v); });
  expect([&](Expr i) { return cast(DType::F32, all(a(i, k, h) > -1.9, {k, h})); }, 1,
         [](double s, double v) { return s * (v > -1.9); });
  expect([&](Expr i) { return cast(DType::F32, any(a(i, k, h) > 1.5, {k, h})); }, 0,
         [](double s, double v) { return s || v > 1.5; });
}

TEST_F(Formulas, MeanVarianceAndSoftmaxInOneFormula) {
  options.dims["n"] = {1, 9};
  options.dims["m"] = {1, 9};
  dims = {{"n", 4}, {"m", 7}};
  Var n = var("n"), m = var("m");
  Tensor a = placeholder({n, m}, DType::F32, "a");
  Axis k = reduce_axis(m, "k"), h = reduce_axis(m, "h");
  Array x = random(a, {4, 7}), softmax({4, 7}), normal({4, 7});
  for (int i = 0; i < 4; ++i) {
    double most = -INFINITY, total = 0, mean = 0, variance = 0;
    for (int j = 0; j < 7; ++j) {
      most = std::max(most, x(i, j));
      mean += x(i, j) / 7;
    }
    for (int j = 0; j < 7; ++j) {
      total += std::exp(x(i, j) - most);
      variance += (x(i, j) - mean) * (x(i, j) - mean) / 7;
    }
    for (int j = 0; j < 7; ++j) {
      softmax(i, j) = std::exp(x(i, j) - most) / total;
      normal(i, j) = (x(i, j) - mean) / std::sqrt(variance + 1e-5);
    }
  }
  Tensor one = compute(
      {n, m},
      [&](Expr i, Expr j) {
        Expr most = max(a(i, k), k);
        return exp(a(i, j) - most) / sum(exp(a(i, h) - most), h);
      },
      "softmax");
  check(one, {{a, x}}, softmax);
  EXPECT_FALSE(hasCompute()) << raised;

  Tensor mean = compute({n}, [&](Expr i) { return sum(a(i, k), k) / cast(DType::F32, m); }, "mean");
  Tensor variance = compute(
      {n},
      [&](Expr i) {
        Expr d = a(i, k) - mean(i);
        return sum(d * d, k) / cast(DType::F32, m);
      },
      "variance");
  Tensor two =
      compute({n, m}, [&](Expr i, Expr j) { return (a(i, j) - mean(i)) * rsqrt(variance(i) + 1e-5); }, "normal");
  check(two, {{a, x}}, normal);
  EXPECT_FALSE(hasCompute()) << raised;
}

TEST_F(Formulas, PairwiseDistances) {
  Tensor a = placeholder({5, 3}, DType::F32, "a"), b = placeholder({4, 3}, DType::F32, "b");
  Axis k = reduce_axis(3, "k");
  Tensor out = compute({5, 4}, [&](Expr i, Expr j) { return sum(abs(a(i, k) - b(j, k)), k); }, "out");
  Array x = random(a, {5, 3}), y = random(b, {4, 3}), expected({5, 4});
  for (int i = 0; i < 60; ++i)
    expected(i / 12, i / 3 % 4) += std::fabs(x(i / 12, i % 3) - y(i / 3 % 4, i % 3));
  check(out, {{a, x}, {b, y}}, expected);
  EXPECT_FALSE(hasCompute()) << raised;
}

TEST_F(Formulas, Movement) {
  Tensor a = placeholder({6, 8}, DType::F32, "a");
  Array x = random(a, {6, 8});
  auto expect = [&](Tensor out, std::vector<int64_t> shape, std::function<double(int, int)> f) {
    Array expected(shape);
    for (int i = 0; i < shape[0]; ++i)
      for (int j = 0; j < shape[1]; ++j)
        expected(i, j) = f(i, j);
    check(out, {{a, x}}, expected);
  };
  expect(compute({8, 6}, [&](Expr i, Expr j) { return a(j, i); }), {8, 6}, [&](int i, int j) { return x(j, i); });
  EXPECT_FALSE(hasCompute());
  expect(compute({6, 8}, [&](Expr i, Expr j) { return a(5 - i, 7 - j); }), {6, 8},
         [&](int i, int j) { return x(5 - i, 7 - j); });
  EXPECT_FALSE(hasCompute());
  expect(compute({2, 3}, [&](Expr i, Expr j) { return a(2 * i + 1, 7 - 2 * j); }), {2, 3},
         [&](int i, int j) { return x(2 * i + 1, 7 - 2 * j); });
  EXPECT_FALSE(hasCompute());
  expect(compute({12, 4}, [&](Expr i, Expr j) { return a(floordiv(i, 2), floormod(i, 2) * 4 + j); }), {12, 4},
         [&](int i, int j) { return x(i / 2, i % 2 * 4 + j); });
  Tensor flat = compute({48}, [&](Expr i) { return a(floordiv(i, 8), floormod(i, 8)); }, "flat");
  expect(compute({3, 16}, [&](Expr i, Expr j) { return flat(i * 16 + j); }), {3, 16},
         [&](int i, int j) { return x((i * 16 + j) / 8, (i * 16 + j) % 8); });
  EXPECT_FALSE(hasCompute());
  expect(compute({12, 8}, [&](Expr i, Expr j) { return a(floordiv(i, 2), j); }), {12, 8},
         [&](int i, int j) { return x(i / 2, j); });
  expect(compute({6, 6}, [&](Expr i, Expr) { return a(i, i); }), {6, 6}, [&](int i, int) { return x(i, i); });
  // Padding, also by a branch that the tensor is not read in; edges by a computed index.
  expect(compute({8, 12},
                 [&](Expr i, Expr j) { return select(i >= 1 && i < 7 && j >= 2 && j < 10, a(i - 1, j - 2), 7.0); }),
         {8, 12}, [&](int i, int j) { return x.get(7, i - 1, j - 2); });
  EXPECT_TRUE(has("pad") && !has("select")) << raised;
  expect(compute({8, 8}, [&](Expr i, Expr j) { return select(i == 0 || i > 6, -1.0, a(i - 1, j) * 2); }), {8, 8},
         [&](int i, int j) { return i == 0 || i > 6 ? -1 : 2 * x(i - 1, j); });
  expect(compute({6, 8}, [&](Expr i, Expr j) { return select(j <= i, a(i, j), 0); }), {6, 8},
         [&](int i, int j) { return j <= i ? x(i, j) : 0; });
  EXPECT_FALSE(hasCompute());
  expect(compute({8, 8}, [&](Expr i, Expr j) { return a(max(min(i - 1, 5), 0), j); }), {8, 8},
         [&](int i, int j) { return x(std::clamp(i - 1, 0, 5), j); });
  EXPECT_TRUE(has("gather"));
}

TEST_F(Formulas, Gathers) {
  options.dims["n"] = {1, 9};
  dims = {{"n", 5}};
  Var n = var("n");
  for (DType dtype : {DType::I32, DType::I64, DType::I8}) {
    Tensor a = placeholder({7, 4}, DType::F32, "a"), at = placeholder({n}, dtype, "at"),
           b = placeholder({4, n}, DType::F32, "b");
    Array x = random(a, {7, 4}), y = random(b, {4, 5}), index({5}), rows({5, 4}), products({5, 5}), points({5});
    index.values = {3, -1, 0, 100, 6};
    auto row = [](double i) { return std::clamp(int(i < 0 ? i + 7 : i), 0, 6); };
    for (int i = 0; i < 5; ++i) {
      for (int j = 0; j < 4; ++j) {
        rows(i, j) = x(row(index(i)), j);
        for (int k = 0; k < 5; ++k)
          products(i, k) += rows(i, j) * y(j, k);
      }
      points(i) = x(row(index(i)), std::clamp(int(index(i) < 0 ? index(i) + 4 : index(i)), 0, 3));
    }
    check(compute({n, 4}, [&](Expr i, Expr j) { return a(at(i), j); }, "rows"), {{a, x}, {at, index}}, rows);
    EXPECT_TRUE(has("gather") && !hasCompute()) << raised;
    Axis k = reduce_axis(4, "k");
    check(compute(
              {n, n}, [&](Expr i, Expr j) { return sum(a(at(i), k) * b(k, j), k); }, "products"),
          {{a, x}, {at, index}, {b, y}}, products);
    EXPECT_TRUE(has("gather") && has("contract")) << raised;
    check(compute({n}, [&](Expr i) { return a(at(i), at(i)); }, "points"), {{a, x}, {at, index}}, points);
  }
}

TEST_F(Formulas, AxesAndVarsAsValues) {
  options.dims["n"] = {0, 9};
  dims = {{"n", 5}};
  Var n = var("n");
  Tensor a = placeholder({n}, DType::I32, "a");
  Tensor out = compute({n, 3}, [&](Expr i, Expr j) { return a(i) * n + i * 10 + j; }, "out");
  Array x = random(a, {5}), expected({5, 3});
  for (int i = 0; i < 15; ++i)
    expected(i / 3, i % 3) = x(i / 3) * 5 + i / 3 * 10 + i % 3;
  check(out, {{a, x}}, expected);
  EXPECT_FALSE(hasCompute()) << raised;
  dims["n"] = 0;
  check(out, {{a, Array({0})}}, Array({0, 3}));
  Axis k = reduce_axis(n, "k");
  Tensor count =
      compute({}, [&] { return sum(cast(DType::I64, a(k) == 3), k) + max(cast(DType::I64, a(k)), k); }, "count");
  Array none{std::vector<int64_t>()};
  none() = double(INT64_MIN);
  check(count, {{a, Array({0})}}, none);
}

TEST_F(Formulas, ManyStages) {
  Tensor a = placeholder({16}, DType::F32, "a"), t = a;
  Array x = random(a, {16}), expected = x;
  for (int stage = 0; stage < 50; ++stage)
    t = compute({16}, [&](Expr i) { return t(15 - i) * 0.5 + t(i) * 0.5; }, "t" + std::to_string(stage));
  for (int stage = 0; stage < 50; ++stage) {
    Array next({16});
    for (int i = 0; i < 16; ++i)
      next(i) = expected(15 - i) * 0.5 + expected(i) * 0.5;
    expected = next;
  }
  check(t, {{a, x}}, expected);
}

TEST_F(Formulas, SharedPartsStayShared) {
  Tensor a = placeholder({8}, DType::F32, "a");
  Tensor out = compute(
      {8},
      [&](Expr i) {
        Expr x = a(i);
        for (int step = 0; step < 60; ++step) // a tree of 2^60 leaves
          x = x * 0.5 + x * 0.5;
        return x;
      },
      "out");
  Array x = random(a, {8});
  check(out, {{a, x}}, x);
}

} // namespace
} // namespace wasmind::te
