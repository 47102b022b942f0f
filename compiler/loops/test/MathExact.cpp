// Functions with one right answer: integers, conversions, comparisons, extremes, rounding.
#include "compiler/graph/Floats.h"
#include "compiler/graph/Graph.h"
#include "compiler/loops/Math.h"
#include "compiler/loops/test/MathHarness.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace wasmind;
using namespace wasmind::loops;
using namespace wasmind::loops::test;
using graph::BinaryKind;
using graph::CompareKind;
using graph::UnaryKind;

namespace {
template <typename T> std::string nameOf() {
  if constexpr (std::is_same_v<T, bool>)
    return "i1";
  else if constexpr (std::is_floating_point_v<T>)
    return "f" + std::to_string(sizeof(T) * 8);
  else
    return (std::is_unsigned_v<T> ? "ui" : "i") + std::to_string(sizeof(T) * 8);
}
template <typename T> mlir::Type graphType() { return elementType(nameOf<T>()); }
template <typename T> mlir::Type registersOf() { return registerType(graphType<T>()); }
// std::vector<bool> has no bytes.
template <typename T> using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

template <typename T> bool same(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
  return a == b;
}

template <typename T> std::vector<T> corners() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  if constexpr (std::is_floating_point_v<T>) {
    for (double v : {0.0,
                     0.25,
                     0.5,
                     0.75,
                     1.0,
                     1.5,
                     2.5,
                     3.5,
                     127.0,
                     127.5,
                     128.0,
                     255.0,
                     255.5,
                     256.0,
                     32767.5,
                     65535.0,
                     65536.0,
                     2147483520.0,
                     2147483648.0,
                     4294967040.0,
                     4294967296.0,
                     9.2233720e18,
                     1.8446744e19,
                     1e30,
                     1e-30,
                     double(Limits::denorm_min()),
                     double(Limits::max()),
                     double(Limits::infinity())}) {
      values.push_back(T(v));
      values.push_back(T(-v));
    }
    values.push_back(Limits::quiet_NaN());
    while (values.size() % 4)
      values.push_back(T(3));
  } else {
    for (int64_t v :
         {0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 200, 255, 32767, 65535}) {
      values.push_back(T(v));
      values.push_back(T(-v));
    }
    values.insert(values.end(), {Limits::min(), Limits::max(), T(Limits::min() + 1), T(Limits::max() - 1)});
    std::mt19937_64 random(3);
    while (values.size() < 80)
      values.push_back(T(random() >> (random() % 64)));
  }
  return values;
}

template <typename T, typename R>
void checkPairs(llvm::StringRef what, Build build, llvm::function_ref<R(T, T)> expected, unsigned lanes) {
  std::vector<T> x, y;
  for (T a : corners<T>())
    for (T b : corners<T>()) {
      x.push_back(a);
      y.push_back(b);
    }
  ASSERT_EQ(x.size() % 16, 0u);
  std::vector<Stored<R>> result(x.size());
  Compiled function({registersOf<T>(), registersOf<T>()}, registersOf<R>(), {lanes, false}, build);
  function(x.data(), y.data(), result.data(), x.size());
  for (size_t i = 0; i < x.size(); ++i)
    ASSERT_TRUE(same(R(result[i]), expected(x[i], y[i])))
        << what.str() << " " << nameOf<T>() << " x " << lanes << ": f(" << +x[i] << ", " << +y[i]
        << ") = " << +result[i] << ", expected " << +expected(x[i], y[i]);
}

/// Twice as wide as any operand: nothing wraps on the way.
using Wide = __int128;

template <typename T> T divide(T a, T b) { return b == 0 ? T(0) : T(Wide(a) / Wide(b)); }
template <typename T> T remainder(T a, T b) { return b == 0 ? T(0) : T(Wide(a) % Wide(b)); }
template <typename T> T floorModulo(T a, T b) {
  Wide r = remainder(a, b);
  return T(r != 0 && (r < 0) != (b < 0) ? r + b : r);
}
template <typename T> T floorDivide(T a, T b) { return b == 0 ? T(0) : T((Wide(a) - floorModulo(a, b)) / Wide(b)); }
template <typename T> T power(T x, T y) {
  if (y < 0)
    return x == 1 ? T(1) : x == T(-1) ? T(y & 1 ? -1 : 1) : T(0);
  uint64_t result = 1, square = uint64_t(x);
  for (uint64_t rest = uint64_t(y); rest; rest >>= 1, square *= square)
    if (rest & 1)
      result *= square;
  return T(result);
}
template <typename T> T shift(T a, T count, bool left) {
  constexpr unsigned width = sizeof(T) * 8;
  uint64_t amount = std::make_unsigned_t<T>(count);
  if (amount >= width)
    return left || a >= 0 ? T(0) : T(-1);
  return left ? T(uint64_t(a) << amount) : T(a >> amount);
}

template <typename T> void checkIntegers() {
  constexpr bool isUnsigned = std::is_unsigned_v<T>;
  auto check = [&](BinaryKind kind, llvm::function_ref<T(T, T)> expected) {
    for (unsigned lanes : {1u, unsigned(16 / sizeof(T))})
      checkPairs<T, T>(
          graph::stringifyBinaryKind(kind),
          [&](auto &b, mlir::ValueRange v) { return emitBinary(b, kind, v[0], v[1], isUnsigned); }, expected, lanes);
  };
  check(BinaryKind::Add, [](T a, T b) { return T(Wide(a) + b); });
  check(BinaryKind::Sub, [](T a, T b) { return T(Wide(a) - b); });
  check(BinaryKind::Mul, [](T a, T b) { return T(uint64_t(a) * uint64_t(b)); });
  check(BinaryKind::Div, divide<T>);
  check(BinaryKind::Rem, remainder<T>);
  check(BinaryKind::FloorDiv, floorDivide<T>);
  check(BinaryKind::FloorMod, floorModulo<T>);
  check(BinaryKind::Pow, power<T>);
  check(BinaryKind::Max, [](T a, T b) { return std::max(a, b); });
  check(BinaryKind::Min, [](T a, T b) { return std::min(a, b); });
  check(BinaryKind::And, [](T a, T b) { return T(a & b); });
  check(BinaryKind::Or, [](T a, T b) { return T(a | b); });
  check(BinaryKind::Xor, [](T a, T b) { return T(a ^ b); });
  check(BinaryKind::ShiftLeft, [](T a, T b) { return shift(a, b, true); });
  check(BinaryKind::ShiftRight, [](T a, T b) { return shift(a, b, false); });

  auto unary = [&](UnaryKind kind, llvm::function_ref<T(T)> expected) {
    checkPairs<T, T>(
        graph::stringifyUnaryKind(kind),
        [&](auto &b, mlir::ValueRange v) { return emitUnary(b, kind, v[0], isUnsigned); },
        [&](T a, T) { return expected(a); }, 4);
  };
  unary(UnaryKind::Neg, [](T a) { return T(-Wide(a)); });
  unary(UnaryKind::Abs, [](T a) { return a < 0 ? T(-Wide(a)) : a; });
  unary(UnaryKind::Sign, [](T a) { return T(a > 0 ? 1 : a < 0 ? -1 : 0); });
  unary(UnaryKind::Not, [](T a) { return T(~a); });

  for (int64_t exponent : {0, 1, 2, 3, 5, 16, 17})
    checkPairs<T, T>(
        "pow of constant",
        [&](auto &b, mlir::ValueRange v) {
          mlir::TypedAttr one = b.getIntegerAttr(registersOf<T>(), exponent);
          mlir::Value y = mlir::arith::ConstantOp::create(
              b, mlir::DenseElementsAttr::get(mlir::cast<mlir::VectorType>(v[0].getType()), mlir::Attribute(one)));
          return emitBinary(b, BinaryKind::Pow, v[0], y, isUnsigned);
        },
        [&](T a, T) { return power(a, T(exponent)); }, 4);
}

template <typename... Types> struct List {};
template <typename... Types, typename Function> void forEach(List<Types...>, Function function) {
  (function(Types{}), ...);
}
using Integers = List<int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>;
using Elements = List<bool, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, float, double>;

TEST(MathExact, Integers) {
  forEach(Integers(), [](auto example) { checkIntegers<decltype(example)>(); });
}

TEST(MathExact, Bools) {
  std::vector<uint8_t> x{0, 0, 1, 1}, y{0, 1, 0, 1}, result(4);
  auto run = [&](Build build) {
    Compiled({elementType("i1"), elementType("i1")}, elementType("i1"), {4, false}, build)(x.data(), y.data(),
                                                                                           result.data(), 4);
    return result;
  };
  auto binary = [&](BinaryKind kind) {
    return run([&](auto &b, mlir::ValueRange v) { return emitBinary(b, kind, v[0], v[1], false); });
  };
  using Bytes = std::vector<uint8_t>;
  EXPECT_EQ(binary(BinaryKind::And), (Bytes{0, 0, 0, 1}));
  EXPECT_EQ(binary(BinaryKind::Or), (Bytes{0, 1, 1, 1}));
  EXPECT_EQ(binary(BinaryKind::Xor), (Bytes{0, 1, 1, 0}));
  EXPECT_EQ(run([](auto &b, mlir::ValueRange v) { return emitUnary(b, UnaryKind::Not, v[0]); }), (Bytes{1, 1, 0, 0}));
  EXPECT_EQ(run([](auto &b, mlir::ValueRange v) { return emitCompare(b, CompareKind::Less, v[0], v[1], false); }),
            (Bytes{0, 1, 0, 0}));
}

TEST(MathExact, Compare) {
  forEach(List<int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t, float, double>(), [](auto example) {
    using T = decltype(example);
    auto check = [](CompareKind kind, llvm::function_ref<bool(T, T)> expected) {
      for (unsigned lanes : {1u, 4u, 16u})
        checkPairs<T, bool>(
            graph::stringifyCompareKind(kind),
            [&](auto &b, mlir::ValueRange v) { return emitCompare(b, kind, v[0], v[1], std::is_unsigned_v<T>); },
            expected, lanes);
    };
    check(CompareKind::Equal, std::equal_to<T>());
    check(CompareKind::NotEqual, std::not_equal_to<T>());
    check(CompareKind::Less, std::less<T>());
    check(CompareKind::LessEqual, std::less_equal<T>());
    check(CompareKind::Greater, std::greater<T>());
    check(CompareKind::GreaterEqual, std::greater_equal<T>());
  });
}

template <typename T> T maximum(T a, T b) {
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<T>::quiet_NaN();
  return a > b || (a == b && !std::signbit(a)) ? a : b;
}
template <typename T> T floatModulo(T a, T b) {
  T r = std::fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

TEST(MathExact, Floats) {
  forEach(List<float, double>(), [](auto example) {
    using T = decltype(example);
    auto binary = [](BinaryKind kind, llvm::function_ref<T(T, T)> expected) {
      for (unsigned lanes : {1u, 4u})
        checkPairs<T, T>(
            graph::stringifyBinaryKind(kind),
            [&](auto &b, mlir::ValueRange v) { return emitBinary(b, kind, v[0], v[1], false); }, expected, lanes);
    };
    binary(BinaryKind::Add, std::plus<T>());
    binary(BinaryKind::Sub, std::minus<T>());
    binary(BinaryKind::Mul, std::multiplies<T>());
    binary(BinaryKind::Div, std::divides<T>());
    binary(BinaryKind::Max, maximum<T>);
    binary(BinaryKind::Min, [](T a, T b) { return -maximum(-a, -b); });
    binary(BinaryKind::FloorDiv, [](T a, T b) { return std::floor(a / b); });
    binary(BinaryKind::FloorMod, floatModulo<T>);

    auto unary = [](llvm::StringRef what, Build build, llvm::function_ref<T(T)> expected) {
      for (unsigned lanes : {1u, 4u})
        checkPairs<T, T>(what, build, [&](T a, T) { return expected(a); }, lanes);
    };
    auto kind = [&](UnaryKind kind, llvm::function_ref<T(T)> expected) {
      unary(
          graph::stringifyUnaryKind(kind), [&](auto &b, mlir::ValueRange v) { return emitUnary(b, kind, v[0]); },
          expected);
    };
    kind(UnaryKind::Neg, [](T a) { return -a; });
    kind(UnaryKind::Abs, [](T a) { return std::fabs(a); });
    kind(UnaryKind::Sign, [](T a) { return a > 0 ? T(1) : a < 0 ? T(-1) : a; });
    kind(UnaryKind::Floor, [](T a) { return std::floor(a); });
    kind(UnaryKind::Ceil, [](T a) { return std::ceil(a); });
    kind(UnaryKind::Round, [](T a) { return std::nearbyint(a); });
    kind(UnaryKind::Trunc, [](T a) { return std::trunc(a); });

    // With constants, where the code is another.
    auto withConstant = [&](BinaryKind kind, double number, bool constantFirst, llvm::function_ref<T(T)> expected) {
      unary(
          graph::stringifyBinaryKind(kind),
          [&](mlir::ImplicitLocOpBuilder &b, mlir::ValueRange v) {
            mlir::TypedAttr attribute = b.getFloatAttr(graphType<T>(), number);
            if (auto vector = mlir::dyn_cast<mlir::VectorType>(v[0].getType()))
              attribute = mlir::DenseElementsAttr::get(vector, mlir::Attribute(attribute));
            mlir::Value constant = mlir::arith::ConstantOp::create(b, attribute);
            return constantFirst ? emitBinary(b, kind, constant, v[0], false)
                                 : emitBinary(b, kind, v[0], constant, false);
          },
          expected);
    };
    for (bool first : {false, true}) {
      withConstant(BinaryKind::Max, 1.5, first, [](T a) { return maximum<T>(a, 1.5); });
      withConstant(BinaryKind::Min, 6, first, [](T a) { return std::isnan(a) || a < 6 ? a : 6; });
      withConstant(BinaryKind::Max, NAN, first, [](T) { return T(NAN); });
    }
    withConstant(BinaryKind::Pow, 0, false, [](T) { return T(1); });
    withConstant(BinaryKind::Pow, 1, false, [](T a) { return a; });
    withConstant(BinaryKind::Pow, 2, false, [](T a) { return a * a; });
    withConstant(BinaryKind::Pow, -1, false, [](T a) { return 1 / a; });
    withConstant(BinaryKind::Pow, -2, false, [](T a) { return (1 / a) * (1 / a); });
    withConstant(BinaryKind::Pow, 0.5, false, [](T a) { return std::pow(a, T(0.5)); });
    withConstant(BinaryKind::Pow, -0.5, false, [](T a) { return 1 / std::pow(a, T(0.5)); });
  });
}

TEST(MathExact, IsNaN) {
  checkPairs<float, bool>(
      "is_nan", [](auto &b, mlir::ValueRange v) { return emitUnary(b, UnaryKind::IsNaN, v[0]); },
      [](float a, float) { return std::isnan(a); }, 4);
}

template <typename From, typename To> To converted(From v) {
  if constexpr (std::is_same_v<To, bool>) {
    return v != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    using Limits = std::numeric_limits<To>;
    if (std::isnan(v))
      return 0;
    if (v <= static_cast<long double>(Limits::min()))
      return Limits::min();
    return v >= static_cast<long double>(Limits::max()) ? Limits::max() : To(v);
  } else {
    return To(v);
  }
}

TEST(MathExact, Casts) {
  forEach(Elements(), [](auto from) {
    forEach(Elements(), [](auto to) {
      using From = decltype(from);
      using To = decltype(to);
      std::vector<Stored<From>> x;
      if constexpr (std::is_same_v<From, bool>)
        x = {0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0};
      else
        x = corners<From>();
      while (x.size() % 16)
        x.push_back(1);
      for (unsigned lanes : {1u, 16u}) {
        std::vector<Stored<To>> result(x.size());
        Compiled function({registersOf<From>()}, registersOf<To>(), {lanes, false}, [](auto &b, mlir::ValueRange v) {
          return emitCast(b, v[0], graphType<From>(), graphType<To>());
        });
        function(x.data(), result.data(), x.size());
        for (size_t i = 0; i < x.size(); ++i)
          ASSERT_TRUE(same(To(result[i]), converted<From, To>(From(x[i]))))
              << nameOf<From>() << " -> " << nameOf<To>() << " x " << lanes << ": " << +x[i] << " gave " << +result[i];
      }
    });
  });
}

TEST(MathExact, HalfWidens) {
  std::vector<uint16_t> all(65536);
  for (size_t i = 0; i < all.size(); ++i)
    all[i] = uint16_t(i);
  for (bool isBfloat : {false, true})
    for (unsigned lanes : {1u, 4u, 8u}) {
      std::vector<float> result(all.size());
      Compiled function({elementType("i16")}, elementType("f32"), {lanes, false}, [&](auto &b, mlir::ValueRange v) {
        return emitWiden(b, v[0], elementType(isBfloat ? "bf16" : "f16"));
      });
      function(all.data(), result.data(), all.size());
      for (uint16_t bits : all)
        ASSERT_TRUE(same(result[bits], isBfloat ? graph::bfloatToFloat(bits) : graph::halfToFloat(bits))) << bits;
    }
}

/// Numbers around all boundaries of f16 and bf16, and of any size.
template <typename T> std::vector<T> halfNeighbours() {
  std::vector<T> values;
  for (uint32_t i = 0; i < 65536; ++i)
    for (auto toFloat : {graph::halfToFloat, graph::bfloatToFloat}) {
      // Itself, halfway to the next, and a little more, just below and just above.
      T here = toFloat(uint16_t(i)), next = toFloat(uint16_t(i + 1)), half = here + (next - here) / 2;
      for (T middle : {here, half, here * T(1 + 0x1p-11), here * T(1 + 0x1p-8), here + T(0x1p-25)})
        for (T near : {middle, std::nextafter(middle, T(INFINITY)), std::nextafter(middle, T(-INFINITY))})
          values.push_back(near);
    }
  return values;
}

TEST(MathExact, HalfNarrows) {
  std::vector<float> x = halfNeighbours<float>();
  for (bool isBfloat : {false, true})
    for (unsigned lanes : {1u, 4u, 8u}) {
      std::vector<uint16_t> result(x.size());
      Compiled function({elementType("f32")}, elementType("i16"), {lanes, false}, [&](auto &b, mlir::ValueRange v) {
        return emitNarrow(b, v[0], elementType(isBfloat ? "bf16" : "f16"));
      });
      function(x.data(), result.data(), x.size());
      for (size_t i = 0; i < x.size(); ++i)
        ASSERT_EQ(result[i], isBfloat ? graph::bfloatFromDouble(x[i]) : graph::halfFromDouble(x[i])) << x[i];
    }
}

TEST(MathExact, HalfRounds) {
  std::vector<float> x = halfNeighbours<float>(), result(x.size());
  for (bool isBfloat : {false, true})
    for (unsigned lanes : {1u, 4u, 8u}) {
      Compiled function({elementType("f32")}, elementType("f32"), {lanes, false}, [&](auto &b, mlir::ValueRange v) {
        return emitRound(b, v[0], elementType(isBfloat ? "bf16" : "f16"));
      });
      function(x.data(), result.data(), x.size());
      for (size_t i = 0; i < x.size(); ++i)
        ASSERT_TRUE(same(result[i], isBfloat ? graph::bfloatToFloat(graph::bfloatFromDouble(x[i]))
                                             : graph::halfToFloat(graph::halfFromDouble(x[i]))))
            << x[i];
    }
}

/// The nearest half, by comparing distances.
float nearestHalf(long double value, bool isBfloat) {
  auto toFloat = [&](uint16_t bits) { return isBfloat ? graph::bfloatToFloat(bits) : graph::halfToFloat(bits); };
  uint16_t start = isBfloat ? graph::bfloatFromDouble(double(value)) : graph::halfFromDouble(double(value));
  uint16_t best = 0;
  long double least = INFINITY;
  for (uint16_t bits : {uint16_t(start - 1), start, uint16_t(start + 1)}) {
    if ((bits ^ start) & 0x8000)
      continue; // around zero
    long double number = toFloat(bits);
    if (std::isnan(toFloat(bits)))
      continue;
    if (std::isinf(number)) // begins where the next number would be
      number = std::copysign(isBfloat ? 0x1p128L : 0x1p16L, number);
    long double distance = std::fabs(number - value);
    if (distance < least || (distance == least && bits % 2 == 0)) {
      best = bits;
      least = distance;
    }
  }
  return toFloat(best);
}

// Rounded once, though f32 lies between.
TEST(MathExact, DoubleToHalf) {
  std::vector<double> x = halfNeighbours<double>();
  std::vector<float> result(x.size());
  for (bool isBfloat : {false, true})
    for (unsigned lanes : {1u, 4u}) {
      auto expected = [&](double v) {
        return isBfloat ? graph::bfloatToFloat(graph::bfloatFromDouble(v))
                        : graph::halfToFloat(graph::halfFromDouble(v));
      };
      mlir::Type half = elementType(isBfloat ? "bf16" : "f16");
      Compiled function({elementType("f64")}, elementType("f32"), {lanes, false},
                        [&](auto &b, mlir::ValueRange v) { return emitCast(b, v[0], elementType("f64"), half); });
      function(x.data(), result.data(), x.size());
      for (size_t i = 0; i < x.size(); ++i)
        ASSERT_TRUE(same(result[i], expected(x[i]))) << x[i];
    }
}

TEST(MathExact, IntegerToHalf) {
  forEach(Integers(), [](auto example) {
    using T = decltype(example);
    // Halfway between numbers of every width of mantissa, and next to it.
    std::vector<T> x;
    for (unsigned power = 0; power < 8 * sizeof(T); ++power)
      for (unsigned part = 0; part <= power; ++part)
        for (int64_t offset : {-1, 0, 1})
          for (uint64_t eighths : {8, 9, 11, 15}) {
            uint64_t top = eighths << power >> 3;
            x.push_back(T(top + (uint64_t(1) << part) + offset));
            x.push_back(T(0 - (top + (uint64_t(1) << part) + offset)));
          }
    x.insert(x.end(), {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()});
    std::mt19937_64 random(7);
    while (x.size() % 16 || x.size() < 10000)
      x.push_back(T(random() >> (random() % 64)));
    std::vector<float> result(x.size());
    for (bool isBfloat : {false, true})
      for (unsigned lanes : {1u, 4u}) {
        mlir::Type half = elementType(isBfloat ? "bf16" : "f16");
        Compiled function({registersOf<T>()}, elementType("f32"), {lanes, false},
                          [&](auto &b, mlir::ValueRange v) { return emitCast(b, v[0], graphType<T>(), half); });
        function(x.data(), result.data(), x.size());
        for (size_t i = 0; i < x.size(); ++i)
          ASSERT_TRUE(same(result[i], nearestHalf(x[i], isBfloat)))
              << nameOf<T>() << " " << +x[i] << " gave " << result[i];
      }
  });
}

} // namespace
