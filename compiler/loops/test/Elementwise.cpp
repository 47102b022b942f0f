// Elementwise primitives: all kinds, element types and broadcasts.
#include "compiler/loops/test/Batch.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops::test {
namespace {

Span unarySpan(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::Log:
  case UnaryKind::Sqrt:
  case UnaryKind::Rsqrt:
  case UnaryKind::Reciprocal:
    return {0.1, 4};
  case UnaryKind::Asin:
  case UnaryKind::Acos:
  case UnaryKind::Atanh:
    return {-0.95, 0.95};
  case UnaryKind::Acosh:
    return {1.05, 4};
  case UnaryKind::Tan:
    return {-1, 1};
  default:
    return {-3, 3};
  }
}

TEST(Elementwise, Unary) {
  unsigned seed = 100;
  for (Type type : allTypes()) {
    Batch batch(seed++);
    for (uint32_t i = 0; i <= getMaxEnumValForUnaryKind(); ++i) {
      auto kind = UnaryKind(i);
      bool isFloat = isa<FloatType>(type), isBool = type.isInteger(1);
      bool takesIntegers = kind == UnaryKind::Neg || kind == UnaryKind::Abs || kind == UnaryKind::Sign;
      if (isFloat ? kind == UnaryKind::Not : kind != UnaryKind::Not && (isBool || !takesIntegers))
        continue;
      if (kind == UnaryKind::Bits && !type.isF32() && !type.isF64())
        continue;
      SmallVector<int64_t> shape = batch.pick<SmallVector<int64_t>>({{37}, {3, 5}, {2, 1, 19}, {}, {1, 64}});
      Value x = isFloat ? batch.input(shape, type, unarySpan(kind)) : batch.input(shape, type);
      batch.expect(batch.builder.unary(kind, x), stringifyUnaryKind(kind) + " " + nameOf(type));
    }
    batch.check();
  }
}

TEST(Elementwise, Binary) {
  unsigned seed = 200;
  for (Type type : allTypes()) {
    Batch batch(seed++);
    for (uint32_t i = 0; i <= getMaxEnumValForBinaryKind(); ++i) {
      auto kind = BinaryKind(i);
      bool isFloat = isa<FloatType>(type), isBool = type.isInteger(1);
      bool isBitwise = kind == BinaryKind::And || kind == BinaryKind::Or || kind == BinaryKind::Xor;
      bool isShift = kind == BinaryKind::ShiftLeft || kind == BinaryKind::ShiftRight;
      if (isFloat ? isBitwise || isShift : kind == BinaryKind::Atan2 || (isBool && !isBitwise))
        continue;
      auto [left, right] = batch.pick<std::pair<SmallVector<int64_t>, SmallVector<int64_t>>>({{{37}, {37}},
                                                                                              {{5, 1, 7}, {1, 3, 7}},
                                                                                              {{5, 3, 1}, {1, 1, 9}},
                                                                                              {{}, {}},
                                                                                              {{4, 6}, {1, 1}},
                                                                                              {{3, 1, 8}, {3, 4, 8}}});
      std::optional<Span> a, b;
      if (kind == BinaryKind::Pow) {
        a = isFloat ? Span{0.2, 3} : Span{type.isUnsignedInteger() ? 0.0 : -4, 4};
        b = isFloat ? Span{-2, 3} : Span{type.isUnsignedInteger() ? 0.0 : -2, 5};
      } else if (isShift) {
        b = Span{0, double(type.getIntOrFloatBitWidth() + 2)};
      } else if (isFloat && kind != BinaryKind::Max && kind != BinaryKind::Min && kind != BinaryKind::Atan2) {
        b = Span{0.3, 2};
      } else if (!isFloat && batch.chance(0.5)) {
        b = Span{isBool || type.isUnsignedInteger() ? 0.0 : -3, isBool ? 1.0 : 3}; // zeros, too
      }
      Value x = batch.input(left, type, a), y = batch.input(right, type, b);
      batch.expect(batch.builder.binary(kind, x, y), stringifyBinaryKind(kind) + " " + nameOf(type));
    }
    batch.check();
  }
}

TEST(Elementwise, CompareAndSelect) {
  Batch batch(300);
  for (Type type : allTypes()) {
    for (uint32_t i = 0; i <= getMaxEnumValForCompareKind(); ++i) {
      bool isFloat = isa<FloatType>(type);
      Span span = isFloat ? Span{-2, 2} : Span{0, type.isInteger(1) ? 1.0 : 4};
      Value x = batch.input({3, 1, 21}, type, span), y = batch.input({1, 2, 21}, type, span);
      Value c = batch.builder.compare(CompareKind(i), x, y);
      batch.expect(c, "compare " + stringifyCompareKind(CompareKind(i)) + " " + nameOf(type));
      batch.expect(batch.builder.select(c, y, x), "select " + nameOf(type));
    }
    Value scalar = batch.input({1, 1}, typeNamed("i1"));
    batch.expect(batch.builder.select(scalar, batch.input({5, 6}, type), batch.input({5, 1}, type)),
                 "select by scalar " + nameOf(type));
  }
  batch.check();
}

TEST(Elementwise, Cast) {
  unsigned seed = 400;
  for (Type from : allTypes()) {
    Batch batch(seed++);
    for (Type to : allTypes()) {
      auto range = isa<FloatType>(from) ? std::optional<Span>({-300, 300}) : std::optional<Span>();
      batch.expect(batch.builder.cast(batch.input({3, 27}, from, range), to),
                   "cast " + nameOf(from) + " to " + nameOf(to));
    }
    batch.check();
  }
}

TEST(Elementwise, NarrowTypesOfEveryLength) {
  // Vectors by four, by one, and what is left, of extents that are known and that are not.
  Batch batch(450);
  graph::Compose &b = batch.builder;
  for (StringRef name : {"i8", "ui8", "i16", "i1"})
    for (int64_t length : {15, 16, 31, 33, 48, 63, 64, 65, 79, 83, 127, 128, 150}) {
      AffineExpr some = batch.dim((name + std::to_string(length)).str(), 1, 150, length);
      for (AffineExpr extent : {batch.fixed(length), some}) {
        Type type = typeNamed(name);
        Value x = batch.inputOf({extent}, type), y = batch.inputOf({extent}, type);
        const std::string label = " " + name.str() + " " + std::to_string(length);
        batch.expect(type.isInteger(1) ? b.binary(BinaryKind::Xor, x, y) : b.maximum(x, b.add(x, y)), "sum" + label);
        batch.expect(b.compare(CompareKind::Less, x, y), "less" + label);
        batch.expect(b.pad(x, b.scalar(type, 1), {3}, {2}), "pad" + label);
      }
    }
  batch.check();
}

TEST(Elementwise, SpecialValues) {
  double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  double values[] = {nan,  infinity, -infinity, 0,     -0.0,    1,      -1,  3e9,
                     -3e9, 1e19,     -1e19,     255.5, 65535.5, -128.9, nan, 2.5};
  double others[] = {1, nan, 2, nan, -1, -infinity, infinity, 0, 3e9, nan, 0, -0.0, nan, 5, nan, 2.5};
  Batch batch(500);
  for (Type type : floatTypes()) {
    Value x = batch.given({16}, type, values), y = batch.given({16}, type, others);
    std::string name = " " + nameOf(type);
    for (BinaryKind kind : {BinaryKind::Max, BinaryKind::Min, BinaryKind::Add, BinaryKind::Mul, BinaryKind::Div})
      batch.expect(batch.builder.binary(kind, x, y), stringifyBinaryKind(kind) + name);
    for (uint32_t i = 0; i <= getMaxEnumValForCompareKind(); ++i)
      batch.expect(batch.builder.compare(CompareKind(i), x, y), stringifyCompareKind(CompareKind(i)) + name);
    for (UnaryKind kind :
         {UnaryKind::Abs, UnaryKind::Neg, UnaryKind::IsNaN, UnaryKind::Sqrt, UnaryKind::Exp, UnaryKind::Log,
          UnaryKind::Tanh, UnaryKind::Sigmoid, UnaryKind::Floor, UnaryKind::Round, UnaryKind::Erf})
      batch.expect(batch.builder.unary(kind, x), stringifyUnaryKind(kind) + name);
    if (type.isF32() || type.isF64()) { // there and, by a detour that no fold sees, back again
      Value bits = batch.builder.unary(UnaryKind::Bits, x);
      batch.expect(bits, "bits" + name);
      batch.expect(batch.builder.unary(UnaryKind::Bits,
                                       batch.builder.binary(BinaryKind::Add, bits, batch.builder.scalarLike(bits, 1))),
                   "float of bits" + name);
    }
    for (Type to : allTypes())
      batch.expect(batch.builder.cast(x, to), "cast" + name + " to " + nameOf(to));
    for (ReduceKind kind : {ReduceKind::Max, ReduceKind::Min, ReduceKind::Sum}) {
      batch.expect(batch.builder.reduce(kind, x, 0, false), "reduce " + stringifyReduceKind(kind) + name);
      batch.expect(batch.builder.reduce(kind, batch.builder.reshape(y, {2, 8}), 0, false),
                   "reduce 0 " + stringifyReduceKind(kind) + name);
    }
    batch.expect(batch.builder.argReduce(ReduceKind::Max, y, 0, false), "arg max" + name);
    batch.expect(batch.builder.argReduce(ReduceKind::Min, y, 0, false, /*last=*/true), "arg min last" + name);
  }
  batch.check();
}

} // namespace
} // namespace wasmind::loops::test
