// Symbolic extents: normal forms, bounds, and run-time shape arithmetic read as expressions.
#include "compiler/graph/Multiples.h"
#include "compiler/graph/ShapeValues.h"
#include "compiler/graph/test/Fixture.h"

using namespace mlir;
using namespace wasmind::graph;

namespace {
struct DimensionsTest : GraphTest {
  AffineExpr n = declareDim(*module, "n", 1, 8), m = declareDim(*module, "m", 2, 100);
  AffineExpr number(int64_t value) { return builder.getAffineConstantExpr(value); }
};

TEST_F(DimensionsTest, EqualExpressionsHaveOneNormalForm) {
  EXPECT_TRUE(provablyEqual((n + 1) * 2, n * 2 + 2));
  EXPECT_TRUE(provablyEqual(n + m, m + n));
  EXPECT_FALSE(provablyEqual(n, m));
  EXPECT_EQ(productOf({n, m, number(3)}, &context), productOf({number(3), m, n}, &context));
  EXPECT_EQ(*divideExactly(productOf({n, m, number(6)}, &context), productOf({m, number(2)}, &context)),
            normalise(n * 3));
  EXPECT_FALSE(divideExactly(n + 1, number(2)));
}

TEST_F(DimensionsTest, WhatIsRequiredToBeEqualIsEqualInsideProducts) {
  const AffineExpr quarter = n.floorDiv(2).floorDiv(2), third = m.floorDiv(3);
  EXPECT_FALSE(provablyEqual(quarter * third * 12, n * m, getNamedDims(*module)));
  addRequirement(*module, {quarter * 4 - n, /*isZero=*/true, "a multiple of 4"});
  EXPECT_TRUE(provablyEqual(quarter * m * 4, n * m, getNamedDims(*module)));
  EXPECT_FALSE(provablyEqual(quarter * third * 12, n * m, getNamedDims(*module)));
  addRequirement(*module, {m - third * 3, /*isZero=*/true, "a multiple of 3"});
  const Dims dims = getNamedDims(*module);
  EXPECT_TRUE(provablyEqual(quarter * third * 12, n * m, dims));
  EXPECT_FALSE(provablyEqual(quarter * third * 11, n * m, dims));
  EXPECT_FALSE(provablyEqual(quarter * third * 12, n * m + 1, dims));
}

TEST_F(DimensionsTest, MultiplesFollowFromWhatIsRequired) {
  auto with = [&](std::initializer_list<AffineExpr> zeros) {
    (*module)->removeAttr("graph.requirements");
    for (AffineExpr zero : zeros)
      addRequirement(*module, {zero, /*isZero=*/true, ""});
    return std::pair(multipleOf(0, *module), multipleOf(1, *module));
  };
  using Multiples = std::pair<int64_t, int64_t>;
  const AffineExpr half = m.floorDiv(2), sixth = m.floorDiv(6);
  EXPECT_EQ(with({}), Multiples(1, 1));
  EXPECT_EQ(with({half * 2 - m}), Multiples(1, 2));
  EXPECT_EQ(with({m - sixth * 6}), Multiples(1, 6));
  EXPECT_EQ(with({m % 10}), Multiples(1, 10));
  EXPECT_EQ(with({m.ceilDiv(5) * 5 - m}), Multiples(1, 5));
  // Levels of a network that halves: each is required of the one before.
  EXPECT_EQ(with({half * 2 - m, half.floorDiv(2) * 2 - half, m.floorDiv(4).floorDiv(2) * 2 - m.floorDiv(4)}),
            Multiples(1, 8));
  EXPECT_EQ(with({m % 4, m % 6, n % 2}), Multiples(2, 12));
  // The same times what is never 0, and times what may be.
  EXPECT_EQ(with({(half * 2 - m) * n * 3}), Multiples(1, 2));
  const AffineExpr k = declareDim(*module, "k", 0, 8);
  EXPECT_EQ(with({(half * 2 - m) * k}), Multiples(1, 1));
  // Other things than multiples, and one number alone.
  EXPECT_EQ(with({m - 64}), Multiples(1, 1));
  EXPECT_EQ(with({(m - 2) * (m - 4)}), Multiples(1, 1));
  EXPECT_EQ(with({(m + 1) % 4}), Multiples(1, 1));
  EXPECT_EQ(with({m % 64}), Multiples(1, 1));
  EXPECT_EQ(with({m % 2 - n % 2}), Multiples(1, 1));
  // What a measured dimension is part of is not required at entry, perhaps not at all.
  Dims dims = getNamedDims(*module);
  dims.push_back({"count", 1, 4, /*measured=*/true});
  setNamedDims(*module, dims);
  EXPECT_EQ(with({(half * 2 - m) * builder.getAffineSymbolExpr(3)}), Multiples(1, 1));
  // What is never negative makes no multiples.
  addRequirement(*module, {m % 2 - 1, /*isZero=*/false, ""});
  EXPECT_EQ(multipleOf(1, *module), 1);
  // Of long ranges nothing is said, and what divides by 0 is no value.
  declareDim(*module, "long", 0, 2000000);
  const AffineExpr l = builder.getAffineSymbolExpr(4);
  EXPECT_EQ((with({l % 2}), multipleOf(4, *module)), 1);
  EXPECT_EQ((with({k.floorDiv(k) - 1}), multipleOf(2, *module)), 1);
}

TEST_F(DimensionsTest, DeclaringTwiceFindsTheFirst) { EXPECT_EQ(declareDim(*module, "n", 3, 4), n); }

TEST_F(DimensionsTest, Bounds) {
  auto dims = getNamedDims(*module);
  Interval range = boundsOf(n * 3 + m - 1, dims);
  EXPECT_EQ(range.min, 4);
  EXPECT_EQ(range.max, 123);
  EXPECT_EQ(boundsOf((n - 5).floorDiv(2), dims).min, -2);
  EXPECT_EQ(toString(n * 2 + 1, dims), "n*2 + 1");
}

TEST_F(DimensionsTest, BoundsOfWhatSharesTermsAreExact) {
  auto dims = getNamedDims(*module);
  struct {
    AffineExpr e;
    int64_t min, max;
  } cases[] = {
      {m - (m - 5), 5, 5},                                     // the last five
      {m - m.floorDiv(4) * 4, 0, 3},                           // what whole windows leave
      {m - m.floorDiv(2), 1, 50},                              // the second half
      {(m + 1).floorDiv(2) - m.floorDiv(2), 0, 1},             // two halves
      {(n + m) - m, 1, 8},                                     // past and present
      {n * m - m, 0, 700},                                     // a product rises with each factor
      {m - 1 - ((m - 1).floorDiv(3)) * 3, 0, 2},               // the last of every third
      {(m - 1) - 1 - ((m - 1 + 1).floorDiv(2) - 1) * 2, 0, 1}, // the same from the second on
      {m.floorDiv(3) - m.floorDiv(4), 0, 9},                   // 33 - 24
  };
  for (auto &[e, min, max] : cases) {
    Interval range = boundsOf(e, dims);
    EXPECT_EQ(range.min, min) << toString(e, dims);
    EXPECT_EQ(range.max, max) << toString(e, dims);
  }
}

TEST_F(DimensionsTest, BoundsThatWouldDo) {
  auto dims = getNamedDims(*module);
  EXPECT_EQ(adviceText(m - 10, dims), "; compile with --dim m=10..100");
  EXPECT_EQ(adviceText(number(20) - m, dims), "; compile with --dim m=2..20");
  EXPECT_EQ(adviceText(m - 100, dims), "; compile with --dim m=100");
  EXPECT_EQ(adviceText(m - 101, dims), "");
  EXPECT_EQ(adviceText(m - n - 5, dims), "; compile with --dim m=13..100");
  EXPECT_EQ(boundsText(m - 5, dims), "'m - 5' (-3..95)");
}

TEST_F(DimensionsTest, MinusIsWrittenAsMinus) {
  auto dims = getNamedDims(*module);
  EXPECT_EQ(toString(normalise(m - 5), dims), "m - 5");
  EXPECT_EQ(toString(normalise(m - n * 2), dims), "m - n*2");
  EXPECT_EQ(toString(normalise(number(7) - m.floorDiv(2)), dims), "7 - m/2");
}

TEST_F(DimensionsTest, ShapeArithmeticBecomesExpressions) {
  begin({makeTensorType({n, m, number(6)}, f32)});
  Value shape = builder.shapeOf(arg(0));
  Value first = builder.gather(shape, makeIntegers(builder, builder.getLoc(), {0}), 0);
  Value rest = builder.reduce(ReduceKind::Prod, builder.sliceDim(shape, 0, number(1), number(2)), {0}, true);
  Value both = builder.concat({first, rest}, 0);
  auto value = shapeValue(both);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ((*value)[0], n);
  EXPECT_EQ((*value)[1], normalise(m * 6));

  // where(shape == -1, 1, shape), as exporters write it
  Value minusOne = makeIntegers(builder, builder.getLoc(), {-1, -1, -1});
  Value chosen = builder.select(builder.compare(CompareKind::Equal, shape, minusOne),
                                makeIntegers(builder, builder.getLoc(), {1, 1, 1}), shape);
  EXPECT_EQ((*shapeValue(chosen))[1], m);

  // floor(n / 2) through floats, max(n, 1) by the bounds, an unknown min
  Value half = builder.div(builder.cast(builder.extent(n), f32), builder.scalar(f32, 2));
  Value floored = builder.cast(builder.unary(UnaryKind::Floor, half), i64);
  EXPECT_EQ((*shapeValue(floored))[0], n.floorDiv(2));
  EXPECT_EQ((*shapeValue(builder.maximum(builder.extent(n), builder.scalar(i64, 1))))[0], n);
  EXPECT_FALSE(shapeValue(builder.minimum(builder.extent(n), builder.extent(m))));
  EXPECT_TRUE((*truthValue(builder.compare(CompareKind::Less, builder.extent(n), builder.scalar(i64, 9))))[0]);
  EXPECT_FALSE(truthValue(builder.compare(CompareKind::Less, builder.extent(n), builder.scalar(i64, 8))));
}

TEST_F(DimensionsTest, OpenEndsOfSlicesAreComparedNotComputedWith) {
  begin({makeTensorType({n}, f32)});
  Value open = builder.cast(builder.scalar(i64, 9.3e18), i64);
  EXPECT_EQ((*shapeValue(builder.minimum(builder.extent(n), open)))[0], n);
  EXPECT_FALSE(shapeValue(builder.add(builder.extent(n), open)));
}
} // namespace
