// Bounds of expressions over extents, against their values at every point of small boxes.
#include "compiler/graph/ExtentBounds.h"
#include "compiler/graph/test/Fixture.h"

using namespace mlir;
using namespace wasmind::graph;

namespace {
using Point = SmallVector<int64_t, 3>;

int64_t floorDiv(int64_t x, int64_t y) { return x >= 0 ? x / y : -((-x + y - 1) / y); }

/// None where something is divided by what is not positive.
std::optional<int64_t> valueAt(AffineExpr e, ArrayRef<int64_t> point) {
  if (auto constant = dyn_cast<AffineConstantExpr>(e))
    return constant.getValue();
  if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
    return point[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(e);
  auto x = valueAt(binary.getLHS(), point), y = valueAt(binary.getRHS(), point);
  if (!x || !y)
    return std::nullopt;
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return *x + *y;
  case AffineExprKind::Mul:
    return *x * *y;
  default:
    break;
  }
  if (*y < 1)
    return std::nullopt;
  switch (binary.getKind()) {
  case AffineExprKind::FloorDiv:
    return floorDiv(*x, *y);
  case AffineExprKind::CeilDiv:
    return -floorDiv(-*x, *y);
  default:
    return *x - *y * floorDiv(*x, *y);
  }
}

std::string describe(AffineExpr e, const Dims &dims) {
  std::string text = toString(e, dims);
  for (const NamedDim &dim : dims)
    text += ", " + dim.name + " in " + std::to_string(dim.min) + ".." + std::to_string(dim.max);
  for (AffineExpr fact : dims.facts)
    text += ", " + toString(fact, dims) + " >= 0";
  return text;
}

struct BoundsTest : GraphTest {
  enum class Operations { Linear, Any };

  int64_t pick(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(generator); }
  AffineExpr number(int64_t value) { return builder.getAffineConstantExpr(value); }
  AffineExpr symbol(unsigned i) { return builder.getAffineSymbolExpr(i); }

  AffineExpr grow(int depth, unsigned dims, Operations operations) {
    if (depth == 0)
      return pick(0, 3) ? symbol(pick(0, dims - 1)) : number(pick(-4, 4));
    AffineExpr a = grow(depth - 1, dims, operations);
    switch (pick(0, operations == Operations::Any ? 8 : 6)) {
    case 0:
    case 1:
      return a + grow(depth - 1, dims, operations);
    case 2:
      return a - grow(depth - 1, dims, operations);
    case 3:
      return a * pick(-3, 3);
    case 4:
      return a.floorDiv(pick(1, 5));
    case 5:
      return a.ceilDiv(pick(1, 5));
    case 6:
      return a % pick(1, 5);
    case 7:
      return a * grow(depth - 1, dims, operations);
    default:
      return pick(0, 1) ? a.floorDiv(symbol(pick(0, dims - 1))) : a % symbol(pick(0, dims - 1));
    }
  }

  /// One to three dimensions from `least` on.
  Dims box(int64_t least) {
    Dims dims;
    for (unsigned i = 0, count = pick(1, 3); i < count; ++i) {
      int64_t min = pick(least, 4);
      dims.push_back({std::string(1, "abc"[i]), min, min + pick(0, 6)});
    }
    return dims;
  }

  std::vector<Point> pointsOf(const Dims &dims) {
    std::vector<Point> points{{}};
    for (const NamedDim &dim : dims) {
      std::vector<Point> longer;
      for (const Point &point : points)
        for (int64_t value = dim.min; value <= dim.max; ++value) {
          longer.push_back(point);
          longer.back().push_back(value);
        }
      points = std::move(longer);
    }
    llvm::erase_if(points, [&](const Point &point) {
      return llvm::any_of(dims.facts, [&](AffineExpr fact) { return valueAt(fact, point).value_or(-1) < 0; });
    });
    return points;
  }

  /// None where the expression has no value.
  static std::optional<Interval> valuesOf(AffineExpr e, const std::vector<Point> &points) {
    std::optional<Interval> range;
    for (const Point &point : points)
      if (auto value = valueAt(e, point))
        range = range ? Interval{std::min(range->min, *value), std::max(range->max, *value)} : Interval{*value, *value};
    return range;
  }

  void expectBounds(AffineExpr e, const Dims &dims, int64_t min, int64_t max) {
    Interval range = boundsOf(e, dims);
    EXPECT_EQ(range.min, min) << describe(e, dims);
    EXPECT_EQ(range.max, max) << describe(e, dims);
  }
};

TEST_F(BoundsTest, LinearExpressionsAndTheirDivisionsAreExact) {
  for (unsigned i = 0; i < 12000 && !HasFailure(); ++i) {
    Dims dims = box(0);
    AffineExpr e = grow(pick(1, 4), dims.size(), Operations::Linear);
    Interval values = *valuesOf(e, pointsOf(dims));
    expectBounds(e, dims, values.min, values.max);
  }
}

TEST_F(BoundsTest, ProductsAreNeverNarrowerAndMostlyExact) {
  unsigned exact = 0, count = 0;
  for (unsigned i = 0; i < 8000; ++i) {
    Dims dims = box(pick(0, 1));
    AffineExpr e = grow(pick(1, 4), dims.size(), Operations::Any);
    auto values = valuesOf(e, pointsOf(dims));
    if (!values)
      continue;
    Interval range = boundsOf(e, dims);
    ASSERT_LE(range.min, values->min) << describe(e, dims);
    ASSERT_GE(range.max, values->max) << describe(e, dims);
    exact += range.min == values->min && range.max == values->max;
    ++count;
  }
  RecordProperty("exact", std::to_string(exact) + " of " + std::to_string(count));
  EXPECT_GE(exact * 1000, count * 960) << exact << " of " << count;
}

TEST_F(BoundsTest, FactsNarrowToThePointsWhereTheyHold) {
  for (unsigned i = 0; i < 6000 && !HasFailure(); ++i) {
    Dims dims = box(0);
    std::vector<Point> all = pointsOf(dims);
    const Point held = all[pick(0, all.size() - 1)]; // so that they hold together somewhere
    for (unsigned f = 0, count = pick(1, 3); f < count; ++f) {
      AffineExpr fact = grow(pick(1, 2), dims.size(), Operations::Linear);
      dims.facts.push_back(fact - (*valueAt(fact, held) - pick(0, 2)));
      if (pick(0, 3) == 0) { // an equation
        dims.facts.back() = fact - *valueAt(fact, held);
        dims.facts.push_back(dims.facts.back() * -1);
      }
    }
    AffineExpr e = grow(pick(1, 3), dims.size(), Operations::Linear);
    // What does not speak of the same dimensions, by way of others too, leaves the values as they are.
    Interval values = *valuesOf(e, pointsOf(dims));
    expectBounds(e, dims, values.min, values.max);
  }
}

TEST_F(BoundsTest, FactsOfProductsHold) {
  for (unsigned i = 0; i < 2000 && !HasFailure(); ++i) {
    Dims dims = box(1);
    std::vector<Point> all = pointsOf(dims);
    AffineExpr fact = grow(2, dims.size(), Operations::Any), e = grow(2, dims.size(), Operations::Any);
    auto bound = valueAt(fact, all[pick(0, all.size() - 1)]);
    if (!bound)
      continue;
    dims.facts.push_back(fact - *bound);
    auto values = valuesOf(e, pointsOf(dims));
    if (!values)
      continue;
    Interval range = boundsOf(e, dims);
    ASSERT_LE(range.min, values->min) << describe(e, dims);
    ASSERT_GE(range.max, values->max) << describe(e, dims);
  }
}

/// The same expressions on boxes far too large to try, at their corners and at random points.
TEST_F(BoundsTest, LargeBoxesAndCoefficients) {
  for (unsigned i = 0; i < 2000 && !HasFailure(); ++i) {
    Dims dims = box(0);
    for (NamedDim &dim : dims)
      dim.max = pick(0, 1) ? extentLimit : pick(1000, 1000000);
    AffineExpr e = grow(pick(1, 3), dims.size(), Operations::Linear) * (pick(0, 3) ? 1 : pick(1, int64_t(1) << 24));
    e = e + grow(1, dims.size(), Operations::Linear);
    Interval range = boundsOf(e, dims);
    for (unsigned p = 0; p < 50; ++p) {
      Point point;
      for (const NamedDim &dim : dims)
        point.push_back(pick(0, 2) ? (pick(0, 1) ? dim.min + pick(0, 9) : dim.max - pick(0, 9))
                                   : pick(dim.min, dim.max));
      int64_t value = std::clamp<__int128>(*valueAt(e, point), -unknownBound, unknownBound);
      ASSERT_LE(range.min, value) << describe(e, dims);
      ASSERT_GE(range.max, value) << describe(e, dims);
    }
  }
}

TEST_F(BoundsTest, PartsOfAnExtent) {
  for (int64_t most : {int64_t(64), int64_t(100000), extentLimit - 1, extentLimit}) {
    Dims dims{{"L", 2, most}};
    AffineExpr l = symbol(0);
    expectBounds(l - (l - 1), dims, 1, 1);
    expectBounds(l * extentLimit - l * (extentLimit - 1), dims, 2, most);
    expectBounds(l.floorDiv(extentLimit), dims, 0, most / extentLimit);
    expectBounds(l.floorDiv(2) + (l + 1).floorDiv(2) - l, dims, 0, 0);
    expectBounds(l.ceilDiv(2) - l.floorDiv(2), dims, 0, 1);
    expectBounds((l + 1).floorDiv(2) * 2 - l, dims, 0, 1);
    expectBounds(l - l.floorDiv(32) * 32, dims, 0, 31);
    expectBounds(l - l.floorDiv(2).floorDiv(2).floorDiv(2) * 8, dims, 0, 7);
    expectBounds((l * 6 + 3).floorDiv(4) - (l * 3 + 1).floorDiv(2), dims, 0, 0);
    EXPECT_TRUE(provablyEqual(l.floorDiv(2) + l.ceilDiv(2), l, dims));
    EXPECT_TRUE(provablyEqual(l.floorDiv(6), l.floorDiv(2).floorDiv(3), dims));
    EXPECT_TRUE(provablyEqual(l.ceilDiv(4), l.ceilDiv(2).ceilDiv(2), dims));
    EXPECT_FALSE(provablyEqual(l.floorDiv(2), l.ceilDiv(2), dims));
  }
}

TEST_F(BoundsTest, Facts) {
  AffineExpr l = symbol(0), m = symbol(1);
  for (int64_t most : {int64_t(640), extentLimit}) {
    Dims dims{{"L", 0, most}, {"m", 0, most}};
    AffineExpr rest = l % 32;
    dims.facts = {rest, rest * -1}; // L is a multiple of 32
    expectBounds(l - l.floorDiv(32) * 32, dims, 0, 0);
    EXPECT_TRUE(provablyEqual(l.ceilDiv(2).ceilDiv(16) * 32, l, dims));
    expectBounds(l, dims, 0, most / 32 * 32);
    EXPECT_FALSE(provablyEqual(m.floorDiv(32) * 32, m, dims));

    dims.facts = {l - m}; // m <= L
    EXPECT_TRUE(isNeverNegative(l - m, dims));
    EXPECT_TRUE(isNeverNegative(l.floorDiv(2) - m.floorDiv(2), dims));
    EXPECT_FALSE(isNeverNegative(m - l, dims));
    EXPECT_TRUE(staysInside(number(0), m, 1, l, dims));
    EXPECT_FALSE(staysInside(number(1), m, 1, l, dims));
    EXPECT_TRUE(staysInside(m * 2 - 2, m, 1, m * 3 - 2, dims)); // where m is 0, nothing is read
    EXPECT_FALSE(staysInside(m * 2 - 3, m, 1, m * 3 - 2, dims));

    dims.facts = {l - m * 2, m * 2 - l}; // L = 2 m
    EXPECT_TRUE(provablyEqual(l.floorDiv(2), m, dims));
    EXPECT_TRUE(provablyEqual(l.ceilDiv(2), m, dims));
    EXPECT_TRUE(isNeverNegative(l - m, dims));
  }
}

TEST_F(BoundsTest, FactsReachThroughOtherDimensions) {
  AffineExpr a = symbol(0), b = symbol(1), c = symbol(2);
  Dims dims{{"a", 0, 100}, {"b", 0, 10}, {"c", 0, 100}};
  dims.facts = {b - c, c - a}; // a <= c <= b
  expectBounds(a, dims, 0, 10);
  expectBounds(b - a, dims, 0, 10);
}

TEST_F(BoundsTest, FactsOfProductsDoNotHideLinearOnes) {
  AffineExpr l = symbol(0), m = symbol(1);
  Dims dims{{"L", 0, 200}, {"m", 0, 200}};
  dims.facts = {(l - 1) * (m - 1), l - m, m - l};
  expectBounds(l % 3 + (m + 1) % 3, dims, 1, 3);
}

TEST_F(BoundsTest, FactsOfLaterMeasurementsAreNotUsed) {
  AffineExpr given = symbol(0), measured = symbol(1);
  Dims dims{{"given", 0, 10}, {"measured", 0, 10, true}};
  dims.facts = {measured - 5, given - measured}; // which implies given >= 5, from the measurement on
  expectBounds(given, dims, 0, 10);
  expectBounds(given + measured * 0, dims, 0, 10);
  expectBounds(given + measured, dims, 10, 20);
}

TEST_F(BoundsTest, TheSameQuestionOfOtherBoundsOrFactsIsAnother) {
  AffineExpr l = symbol(0), e = l - l.floorDiv(4) * 3;
  Dims dims{{"L", 0, 10}};
  expectBounds(e, dims, 0, 4);
  dims[0].max = 3;
  expectBounds(e, dims, 0, 3);
  dims[0].max = 10;
  dims.facts = {l - 8};
  expectBounds(e, dims, 2, 4);
  dims.facts = {l - 9};
  expectBounds(e, dims, 3, 4);
  dims.facts = {};
  expectBounds(e, dims, 0, 4);
}

TEST_F(BoundsTest, FactsThatNothingSatisfiesAreNotUsed) {
  AffineExpr l = symbol(0), m = symbol(1);
  Dims dims{{"L", 0, 10}, {"m", 0, 10}};
  dims.facts = {l - 20};
  expectBounds(l - l.floorDiv(2), dims, 0, 5);
  dims.facts = {l * 2 - m * 2 - 1, m * 2 - l * 2 + 1}; // between two integers
  expectBounds(l, dims, 0, 10);
}

TEST_F(BoundsTest, ProductsOfExtents) {
  AffineExpr n = symbol(0), m = symbol(1), k = symbol(2);
  for (int64_t most : {int64_t(50), extentLimit}) {
    Dims dims{{"n", 1, most}, {"m", 1, most}, {"k", 1, most}};
    EXPECT_TRUE(isNeverNegative(n * m - m, dims));
    EXPECT_TRUE(isNeverNegative(n * m - m - n + 1, dims));
    EXPECT_TRUE(isNeverNegative(n * m * k - n * k, dims));
    EXPECT_TRUE(isNeverNegative(n * m * k - m * k - n + 1, dims));
    EXPECT_FALSE(isNeverNegative(n * m - m - 1, dims));
    EXPECT_TRUE(isNeverNegative(m - m.floorDiv(n), dims));
    EXPECT_TRUE(isNeverNegative(m - m.floorDiv(n) * n, dims));
    EXPECT_TRUE(isNeverNegative(n - 1 - m % n, dims));
    EXPECT_TRUE(isNeverNegative(m.floorDiv(n) * n + n - 1 - m, dims));
    dims.facts = {n * m - k * 2, k * 2 - n * m}; // rows halved
    EXPECT_TRUE(provablyEqual((n * m).floorDiv(2), k, dims));
  }
}

TEST_F(BoundsTest, TooManyPartsGiveWiderBounds) {
  Dims dims;
  AffineExpr sum = number(0);
  for (unsigned i = 0; i < 40; ++i) {
    dims.push_back({"d" + std::to_string(i), 0, 9});
    sum = sum + symbol(i) - symbol(i).floorDiv(2);
  }
  Interval range = boundsOf(sum, dims);
  EXPECT_LE(range.min, 0);
  EXPECT_GE(range.max, 40 * 5);
  // Facts beyond the limit are left out, those within are used.
  for (unsigned i = 1; i < 40; ++i)
    dims.facts.push_back(symbol(0) - symbol(i));
  expectBounds(symbol(0) - symbol(1), dims, 0, 9);
}
} // namespace
