// Errors of the float functions, swept over all exponents, against the C library in a wider type.
#include "compiler/graph/Graph.h"
#include "compiler/loops/Math.h"
#include "compiler/loops/test/MathHarness.h"
#include "llvm/Support/FormatVariadic.h"
#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace wasmind;
using namespace wasmind::loops;
using namespace wasmind::loops::test;
using graph::BinaryKind;
using graph::UnaryKind;

namespace {
template <typename T> constexpr bool isDouble = std::is_same_v<T, double>;
template <typename T> using Wide = std::conditional_t<isDouble<T>, long double, double>;
template <typename T> using Bits = std::conditional_t<isDouble<T>, uint64_t, uint32_t>;
template <typename T> mlir::Type typeOf() { return elementType(isDouble<T> ? "f64" : "f32"); }

/// Distance in units of the last place of `exact`; an infinite result counts as the next power of two.
template <typename T> double ulpError(T got, Wide<T> exact) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(got) || std::isnan(exact))
    return std::isnan(got) && std::isnan(exact) ? 0 : std::numeric_limits<double>::infinity();
  Wide<T> overflow = std::ldexp(Wide<T>(1), Limits::max_exponent);
  auto finite = [&](Wide<T> v) { return std::max(-overflow, std::min(overflow, v)); };
  int exponent = std::max(exact == 0 ? Limits::min_exponent : std::ilogb(finite(exact)) + 1, int(Limits::min_exponent));
  exponent = std::min(exponent, int(Limits::max_exponent));
  return double(std::ldexp(std::fabs(finite(got) - finite(exact)), Limits::digits - exponent));
}

template <typename T> std::vector<T> specialValues() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  for (T v : {T(0),
              Limits::denorm_min(),
              T(3) * Limits::denorm_min(),
              Limits::min(),
              T(1e-30),
              T(1e-5),
              T(0.25),
              T(0.5),
              T(0.75),
              T(1),
              std::nextafter(T(1), T(0)),
              std::nextafter(T(1), T(2)),
              T(1.5),
              T(2),
              T(2.5),
              T(3),
              T(7),
              T(8),
              T(20),
              T(88),
              T(89),
              T(103),
              T(104),
              T(105),
              T(709),
              T(710),
              T(745),
              T(746),
              T(1e5),
              T(16777216),
              T(1e10),
              T(1e20),
              Limits::max(),
              Limits::infinity(),
              Limits::quiet_NaN()}) {
    values.push_back(v);
    values.push_back(-v);
  }
  return values;
}

/// About `count` values: special ones, all exponents and both signs evenly, and those up to 8, where the action is.
template <typename T> std::vector<T> sweep(size_t count) {
  std::vector<T> values = specialValues<T>();
  std::mt19937_64 random(1);
  while (values.size() < count / 2)
    values.push_back(std::bit_cast<T>(Bits<T>(random())));
  std::uniform_real_distribution<T> near(-8, 8), far(-110, 110);
  while (values.size() < count)
    values.push_back(values.size() % 4 ? near(random) : far(random));
  while (values.size() % 8)
    values.push_back(1);
  return values;
}

struct Worst {
  double error = 0;
  std::string where;
};

/// The worst error of `function` over `values`.
template <typename T>
Worst worstError(const Compiled &function, const std::vector<T> &x, llvm::function_ref<Wide<T>(Wide<T>)> exact,
                 double absolute) {
  std::vector<T> result(x.size());
  function(x.data(), result.data(), x.size());
  Worst worst;
  for (size_t i = 0; i < x.size(); ++i) {
    Wide<T> expected = exact(x[i]);
    if (absolute && std::fabs(Wide<T>(result[i]) - expected) <= absolute)
      continue;
    double error = ulpError<T>(result[i], expected);
    if (error > worst.error || std::isnan(error))
      worst = {error, llvm::formatv("f({0:e20}) = {1:e20}, exact {2:e20}", x[i], result[i], double(expected))};
  }
  return worst;
}

template <typename T>
void checkUnary(UnaryKind kind, llvm::function_ref<Wide<T>(Wide<T>)> exact, double ulp, double absolute = 0,
                double largest = std::numeric_limits<double>::infinity()) {
  static const std::vector<T> all = sweep<T>(isDouble<T> ? 100000 : 500000);
  std::vector<T> values = all;
  for (T &v : values)
    if (std::isfinite(v) && std::fabs(v) > largest)
      v = std::fmod(v, T(largest));
  for (bool fused : {false, true}) {
    Compiled function({typeOf<T>()}, typeOf<T>(), {4, fused},
                      [&](auto &b, mlir::ValueRange x) { return emitUnary(b, kind, x[0]); });
    Worst worst = worstError<T>(function, values, exact, absolute);
    if (std::getenv("WASMIND_SHOW_ERRORS"))
      printf("%-10s %s%s %.3f ulp  %s\n", graph::stringifyUnaryKind(kind).str().c_str(), isDouble<T> ? "f64" : "f32",
             fused ? " fused" : "", worst.error, worst.where.c_str());
    EXPECT_LE(worst.error, ulp) << graph::stringifyUnaryKind(kind).str() << (fused ? " fused: " : ": ") << worst.where;
  }
}

#define EXACT(T, expression) [](Wide<T> x) -> Wide<T> { return expression; }

/// pow and atan2 over pairs: all pairs of special values, and random ones whose result is mostly finite.
template <typename T>
void checkBinary(BinaryKind kind, llvm::function_ref<Wide<T>(Wide<T>, Wide<T>)> exact, double ulp) {
  std::vector<T> x, y;
  std::vector<T> special = specialValues<T>();
  for (T a : special)
    for (T b : special) {
      x.push_back(a);
      y.push_back(b);
    }
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> exponent(-60, 60), mantissa(-2, 2), small(-1e-3, 1e-3);
  while (x.size() < 300000) {
    double a = mantissa(random), b = mantissa(random);
    switch (x.size() % 4) {
    case 0:
      a = std::exp2(exponent(random)), b = exponent(random) / 60;
      break;
    case 1:
      a = std::ldexp(a, int(exponent(random))), b = std::ldexp(b, int(exponent(random)));
      break;
    case 2:
      a = 1 + small(random), b = b / small(random);
      break;
    case 3:
      b = std::round(b * 20);
      break;
    }
    x.push_back(T(a));
    y.push_back(T(b));
  }
  for (bool fused : {false, true}) {
    Compiled function({typeOf<T>(), typeOf<T>()}, typeOf<T>(), {4, fused},
                      [&](auto &b, mlir::ValueRange v) { return emitBinary(b, kind, v[0], v[1], false); });
    std::vector<T> result(x.size());
    function(x.data(), y.data(), result.data(), x.size());
    double worst = 0;
    std::string where;
    for (size_t i = 0; i < x.size(); ++i) {
      Wide<T> expected = exact(x[i], y[i]);
      double error = ulpError<T>(result[i], expected);
      // The sign of a zero is part of the result of these functions.
      if (expected == 0 && result[i] == 0 && std::signbit(expected) != std::signbit(result[i]))
        error = std::numeric_limits<double>::infinity();
      if (error > worst) {
        worst = error;
        where = llvm::formatv("f({0:e20}, {1:e20}) = {2:e20}, exact {3:e20}", x[i], y[i], result[i], double(expected));
      }
    }
    if (std::getenv("WASMIND_SHOW_ERRORS"))
      printf("%-10s %s%s %.3f ulp  %s\n", graph::stringifyBinaryKind(kind).str().c_str(), isDouble<T> ? "f64" : "f32",
             fused ? " fused" : "", worst, where.c_str());
    EXPECT_LE(worst, ulp) << graph::stringifyBinaryKind(kind).str() << (fused ? " fused: " : ": ") << where;
  }
}

template <typename T> void checkPairs(double powUlp) {
  using W = Wide<T>;
  checkBinary<T>(BinaryKind::Pow, [](W x, W y) -> W { return std::pow(x, y); }, powUlp);
  checkBinary<T>(BinaryKind::Atan2, [](W x, W y) -> W { return std::atan2(x, y); }, 5);
  checkBinary<T>(BinaryKind::Rem, [](W x, W y) -> W { return std::fmod(x, y); }, 0);
}

TEST(MathAccuracy, Pairs) {
  checkPairs<float>(1);
  checkPairs<double>(45);
}

TEST(MathAccuracy, ExpNonPositive) {
  for (bool fused : {false, true}) {
    Compiled single({typeOf<float>()}, typeOf<float>(), {4, fused},
                    [&](auto &b, mlir::ValueRange x) { return emitExpNonPositive(b, x[0]); });
    std::vector<float> x{0, -0.0f, -87.335f, -87.34f, -100, -1e30f, -std::numeric_limits<float>::infinity(), NAN};
    for (float v = 0; v > -88; v -= 0.0001f)
      x.push_back(v);
    x.resize(x.size() / 4 * 4);
    Worst worst = worstError<float>(single, x, [](double v) { return std::exp(v); }, 0x1.01p-126);
    EXPECT_LE(worst.error, 2.5) << worst.where;
    Compiled wide({typeOf<double>()}, typeOf<double>(), {2, fused},
                  [&](auto &b, mlir::ValueRange x) { return emitExpNonPositive(b, x[0]); });
    std::vector<double> y{0, -0.0, -708.395, -708.397, -800, -1e300, -std::numeric_limits<double>::infinity(), NAN};
    for (double v = 0; v > -720; v -= 0.01)
      y.push_back(v);
    y.resize(y.size() / 4 * 4);
    Worst wideWorst = worstError<double>(wide, y, [](long double v) { return std::exp(v); }, 0x1.01p-1022);
    EXPECT_LE(wideWorst.error, 2.5) << wideWorst.where;
  }
}

TEST(MathAccuracy, F32) {
  using T = float;
  checkUnary<T>(UnaryKind::Exp, EXACT(T, std::exp(x)), 1.5);
  checkUnary<T>(UnaryKind::Log, EXACT(T, std::log(x)), 1.5);
  checkUnary<T>(UnaryKind::Sqrt, EXACT(T, std::sqrt(x)), 0.5);
  checkUnary<T>(UnaryKind::Rsqrt, EXACT(T, 1 / std::sqrt(x)), 1.5);
  checkUnary<T>(UnaryKind::Reciprocal, EXACT(T, 1 / x), 0.5);
  checkUnary<T>(UnaryKind::Tanh, EXACT(T, std::tanh(x)), 7);
  checkUnary<T>(UnaryKind::Sigmoid, EXACT(T, 1 / (1 + std::exp(-x))), 4, 0x1.01p-126);
  checkUnary<T>(UnaryKind::Erf, EXACT(T, std::erf(x)), 7);
  checkUnary<T>(UnaryKind::Sin, EXACT(T, std::sin(x)), 2.5);
  checkUnary<T>(UnaryKind::Cos, EXACT(T, std::cos(x)), 2.5);
  checkUnary<T>(UnaryKind::Tan, EXACT(T, std::tan(x)), 4);
  checkUnary<T>(UnaryKind::Asin, EXACT(T, std::asin(x)), 1);
  checkUnary<T>(UnaryKind::Acos, EXACT(T, std::acos(x)), 1);
  checkUnary<T>(UnaryKind::Atan, EXACT(T, std::atan(x)), 1);
  checkUnary<T>(UnaryKind::Sinh, EXACT(T, std::sinh(x)), 1);
  checkUnary<T>(UnaryKind::Cosh, EXACT(T, std::cosh(x)), 1);
  checkUnary<T>(UnaryKind::Asinh, EXACT(T, std::asinh(x)), 1);
  checkUnary<T>(UnaryKind::Acosh, EXACT(T, std::acosh(x)), 1);
  checkUnary<T>(UnaryKind::Atanh, EXACT(T, std::atanh(x)), 1);
}

TEST(MathAccuracy, F64) {
  using T = double;
  constexpr double goal = 1e-14 / std::numeric_limits<double>::epsilon(); // relative 1e-14 in ulp: 45
  checkUnary<T>(UnaryKind::Exp, EXACT(T, std::exp(x)), 2);
  checkUnary<T>(UnaryKind::Log, EXACT(T, std::log(x)), 2);
  checkUnary<T>(UnaryKind::Sqrt, EXACT(T, std::sqrt(x)), 0.51);
  checkUnary<T>(UnaryKind::Rsqrt, EXACT(T, 1 / std::sqrt(x)), 1.5);
  checkUnary<T>(UnaryKind::Tanh, EXACT(T, std::tanh(x)), goal);
  checkUnary<T>(UnaryKind::Sigmoid, EXACT(T, 1 / (1 + std::exp(-x))), 4, 0x1.01p-1022);
  checkUnary<T>(UnaryKind::Erf, EXACT(T, std::erf(x)), goal);
  checkUnary<T>(UnaryKind::Sin, EXACT(T, std::sin(x)), goal, 1e-14, 1e6);
  checkUnary<T>(UnaryKind::Cos, EXACT(T, std::cos(x)), goal, 1e-14, 1e6);
  checkUnary<T>(UnaryKind::Tan, EXACT(T, std::tan(x)), goal, 1e-14, 1e6);
  checkUnary<T>(UnaryKind::Sin, EXACT(T, std::sin(x)), goal, 1e-13);
  checkUnary<T>(UnaryKind::Cos, EXACT(T, std::cos(x)), goal, 1e-13);
  checkUnary<T>(UnaryKind::Asin, EXACT(T, std::asin(x)), goal);
  checkUnary<T>(UnaryKind::Acos, EXACT(T, std::acos(x)), goal);
  checkUnary<T>(UnaryKind::Atan, EXACT(T, std::atan(x)), goal);
  checkUnary<T>(UnaryKind::Sinh, EXACT(T, std::sinh(x)), goal);
  checkUnary<T>(UnaryKind::Cosh, EXACT(T, std::cosh(x)), goal);
  checkUnary<T>(UnaryKind::Asinh, EXACT(T, std::asinh(x)), goal);
  checkUnary<T>(UnaryKind::Acosh, EXACT(T, std::acosh(x)), goal);
  checkUnary<T>(UnaryKind::Atanh, EXACT(T, std::atanh(x)), goal);
}

// The scalar tail of a loop gives what its vector body would, bit for bit (without relaxed SIMD).
template <typename T> void checkLanes() {
  std::vector<T> x = sweep<T>(2400), y(x.rbegin(), x.rend());
  x.resize(2400), y.resize(2400);
  auto check = [&](llvm::StringRef what, unsigned operands, Build build) {
    std::vector<T> one(x.size()), other(x.size());
    llvm::SmallVector<mlir::Type> inputs(operands, typeOf<T>());
    auto run = [&](unsigned lanes, std::vector<T> &result) {
      Compiled function(inputs, typeOf<T>(), {lanes, false}, build);
      if (operands == 1)
        function(x.data(), result.data(), x.size());
      else
        function(x.data(), y.data(), result.data(), x.size());
    };
    run(1, one);
    for (unsigned lanes : {3u, 4u}) {
      run(lanes, other);
      for (size_t i = 0; i < x.size(); ++i)
        ASSERT_TRUE(std::bit_cast<Bits<T>>(one[i]) == std::bit_cast<Bits<T>>(other[i]) ||
                    (std::isnan(one[i]) && std::isnan(other[i])))
            << what.str() << " x " << lanes << ": " << x[i] << " gave " << one[i] << " and " << other[i];
    }
  };
  for (uint32_t i = 0; auto kind = graph::symbolizeUnaryKind(i); ++i)
    if (kind != UnaryKind::Not && kind != UnaryKind::IsNaN && kind != UnaryKind::Bits)
      check(graph::stringifyUnaryKind(*kind), 1,
            [&](auto &b, mlir::ValueRange v) { return emitUnary(b, *kind, v[0]); });
  for (BinaryKind kind : {BinaryKind::Rem, BinaryKind::FloorMod, BinaryKind::Pow, BinaryKind::Atan2})
    check(graph::stringifyBinaryKind(kind), 2,
          [&](auto &b, mlir::ValueRange v) { return emitBinary(b, kind, v[0], v[1], false); });
}

TEST(MathAccuracy, LanesAgree) {
  checkLanes<float>();
  checkLanes<double>();
}

} // namespace
