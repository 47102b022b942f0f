//===- Products.cpp - sums of products against plain loops, and the primitives they become -----------------------===//
#include "compiler/frontend/expr/test/Fixture.h"

namespace wasmind::te {
namespace {

struct Products : ExpressionTest {
  Var n = var("n"), m = var("m"), l = var("l");

  void SetUp() override {
    options.dims["n"] = {1, 16};
    options.dims["m"] = {1, 16};
    options.dims["l"] = {1, 16};
    dims = {{"n", 5}, {"m", 7}, {"l", 6}};
  }
};

TEST_F(Products, MatrixProduct) {
  for (bool transposeA : {false, true})
    for (bool transposeB : {false, true}) {
      Tensor a = placeholder(transposeA ? std::vector<Expr>{l, n} : std::vector<Expr>{n, l}, DType::F32, "a");
      Tensor b = placeholder(transposeB ? std::vector<Expr>{m, l} : std::vector<Expr>{l, m}, DType::F32, "b");
      Axis k = reduce_axis(l, "k");
      Tensor c = compute(
          {n, m},
          [&](Expr i, Expr j) { return sum((transposeA ? a(k, i) : a(i, k)) * (transposeB ? b(j, k) : b(k, j)), k); },
          "c");
      Array x = random(a, transposeA ? std::vector<int64_t>{6, 5} : std::vector<int64_t>{5, 6});
      Array y = random(b, transposeB ? std::vector<int64_t>{7, 6} : std::vector<int64_t>{6, 7}), expected({5, 7});
      for (int i = 0; i < 5; ++i)
        for (int j = 0; j < 7; ++j)
          for (int k = 0; k < 6; ++k)
            expected(i, j) += (transposeA ? x(k, i) : x(i, k)) * (transposeB ? y(j, k) : y(k, j));
      check(c, {{a, x}, {b, y}}, expected);
      EXPECT_TRUE(has("contract") && !hasCompute()) << raised;
    }
}

TEST_F(Products, BatchInAnyOrderScaledAndBiased) {
  Tensor a = placeholder({3, n, l}, DType::F32, "a"), b = placeholder({l, 3, m}, DType::F32, "b"),
         bias = placeholder({m}, DType::F32, "bias"), scale = placeholder({}, DType::F32, "scale");
  Axis k = reduce_axis(l, "k");
  Tensor c = compute(
      {n, 3, m}, [&](Expr i, Expr g, Expr j) { return max(sum(a(g, i, k) * scale() * b(k, g, j), k) + bias(j), 0); },
      "c");
  Array x = random(a, {3, 5, 6}), y = random(b, {6, 3, 7}), z = random(bias, {7}), s = random(scale, {}),
        expected({5, 3, 7});
  for (int i = 0; i < 5; ++i)
    for (int g = 0; g < 3; ++g)
      for (int j = 0; j < 7; ++j) {
        for (int k = 0; k < 6; ++k)
          expected(i, g, j) += x(g, i, k) * s() * y(k, g, j);
        expected(i, g, j) = std::max(expected(i, g, j) + z(j), 0.0);
      }
  check(c, {{a, x}, {b, y}, {bias, z}, {scale, s}}, expected);
  EXPECT_TRUE(has("contract") && !hasCompute()) << raised;
}

TEST_F(Products, OfFunctionsAndOfOneTensorTwice) {
  options.dims.erase("m");
  Tensor a = placeholder({n, l}, DType::F32, "a");
  Axis k = reduce_axis(l, "k");
  Tensor c = compute({n, n}, [&](Expr i, Expr j) { return sum(exp(a(i, k)) * a(j, k), k); }, "c");
  Array x = random(a, {5, 6}), expected({5, 5});
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j)
      for (int k = 0; k < 6; ++k)
        expected(i, j) += std::exp(x(i, k)) * x(j, k);
  check(c, {{a, x}}, expected);
  EXPECT_TRUE(has("contract") && !hasCompute()) << raised;

  // Of each row with itself: a reduction.
  Tensor squares = compute({n}, [&](Expr i) { return sum(a(i, k) * a(i, k), k); }, "squares");
  Array sums({5});
  for (int i = 0; i < 5; ++i)
    for (int k = 0; k < 6; ++k)
      sums(i) += x(i, k) * x(i, k);
  check(squares, {{a, x}}, sums);
  EXPECT_TRUE(has("reduce") && !has("contract") && !hasCompute()) << raised;
}

TEST_F(Products, SeveralSummedDimensionsOneOfThemAlone) {
  Tensor a = placeholder({n, l, 4}, DType::F32, "a"), b = placeholder({l, m}, DType::F32, "b");
  Axis k = reduce_axis(l, "k"), h = reduce_axis(4, "h");
  Tensor c = compute({m, n}, [&](Expr j, Expr i) { return sum(a(i, k, h) * b(k, j), {h, k}); }, "c");
  Array x = random(a, {5, 6, 4}), y = random(b, {6, 7}), expected({7, 5});
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 7; ++j)
      for (int k = 0; k < 6; ++k)
        for (int h = 0; h < 4; ++h)
          expected(j, i) += x(i, k, h) * y(k, j);
  check(c, {{a, x}, {b, y}}, expected);
  EXPECT_TRUE(has("contract") && !hasCompute()) << raised;
}

TEST_F(Products, NarrowIntegersAreSummedWide) {
  for (auto [left, right] : {std::pair(DType::I8, DType::I8), {DType::U8, DType::I8}, {DType::I32, DType::I32}}) {
    Tensor a = placeholder({n, l}, left, "a"), b = placeholder({l, m}, right, "b");
    Axis k = reduce_axis(l, "k");
    Tensor c = compute(
        {n, m}, [&](Expr i, Expr j) { return sum(cast(DType::I32, a(i, k)) * cast(DType::I32, b(k, j)), k); }, "c");
    Array x = random(a, {5, 6}), y = random(b, {6, 7}), expected({5, 7});
    for (int i = 0; i < 5; ++i)
      for (int j = 0; j < 7; ++j)
        for (int k = 0; k < 6; ++k)
          expected(i, j) += x(i, k) * y(k, j);
    check(c, {{a, x}, {b, y}}, expected);
    EXPECT_TRUE(has("contract") && !has("cast") && !hasCompute()) << raised;
  }
}

TEST_F(Products, OfCutAndStridedOperands) {
  options.dims.clear();
  Tensor a = placeholder({12, 9}, DType::F32, "a"), b = placeholder({20}, DType::F32, "b");
  Axis k = reduce_axis(4, "k");
  // Rows 1, 3, 5, ...; columns from 2; b as a 4 x 5 matrix, read backwards.
  Tensor c = compute({5, 5}, [&](Expr i, Expr j) { return sum(a(2 * i + 1, k + 2) * b(k * 5 + j), k); }, "c");
  Array x = random(a, {12, 9}), y = random(b, {20}), expected({5, 5});
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j)
      for (int k = 0; k < 4; ++k)
        expected(i, j) += x(2 * i + 1, k + 2) * y(k * 5 + j);
  check(c, {{a, x}, {b, y}}, expected);
  EXPECT_TRUE(has("contract") && !hasCompute()) << raised;
}

} // namespace
} // namespace wasmind::te
