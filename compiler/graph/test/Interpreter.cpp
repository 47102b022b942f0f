// The interpreter against values worked out by hand.
#include "compiler/graph/Floats.h"
#include "compiler/graph/test/Fixture.h"
#include <cmath>

using namespace mlir;
using namespace wasmind::graph;

namespace {
using InterpreterTest = GraphTest;
constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();

TEST_F(InterpreterTest, HalfConversionsAreExactAndRoundToEven) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    float half = halfToFloat(bits), bfloat = bfloatToFloat(bits);
    if (half == half)
      ASSERT_EQ(halfFromDouble(half), bits);
    if (bfloat == bfloat)
      ASSERT_EQ(bfloatFromDouble(bfloat), bits);
  }
  EXPECT_EQ(halfFromDouble(65519.99), 0x7bff);
  EXPECT_EQ(halfFromDouble(65520), 0x7c00);
  EXPECT_EQ(halfFromDouble(1 + 0x1p-11), 0x3c00); // a tie, to even
  EXPECT_EQ(halfFromDouble(1 + 3 * 0x1p-11), 0x3c02);
  EXPECT_EQ(halfFromDouble(0x1p-25), 0); // a tie with zero
  EXPECT_EQ(halfFromDouble(0x1.1p-25), 1);
  EXPECT_EQ(halfFromDouble(-inf), 0xfc00);
  EXPECT_EQ(halfFromDouble(nan) & 0x7e00, 0x7e00);
  EXPECT_EQ(bfloatFromDouble(3.4e38), 0x7f80);
}

TEST_F(InterpreterTest, WideIntegersRoundOnceToHalves) {
  begin({tensor({4}, i64)});
  end({builder.cast(builder.cast(arg(0), builder.getBF16Type()), f32)});
  // Double would round the first to the tie below it and then to even.
  int64_t tie = (int64_t(1) << 62) + (int64_t(1) << 54);
  auto out = run({integers({4}, {tie + 1, tie, -tie - 1, 5})});
  EXPECT_EQ(values<float>(out[0]), (std::vector<float>{0x1.02p62f, 0x1p62f, -0x1.02p62f, 5}));
}

TEST_F(InterpreterTest, IntegersWrapAndDivideTowardsZero) {
  Type i8 = builder.getIntegerType(8);
  begin({tensor({4}, i8), tensor({4}, i8)});
  SmallVector<Value> results;
  for (BinaryKind kind :
       {BinaryKind::Add, BinaryKind::Mul, BinaryKind::Div, BinaryKind::Rem, BinaryKind::FloorDiv, BinaryKind::FloorMod})
    results.push_back(builder.binary(kind, arg(0), arg(1)));
  end(results);
  auto out = run({bytesOf<int8_t>(i8, {4}, {127, -7, -128, 7}), bytesOf<int8_t>(i8, {4}, {1, 2, -1, -2})});
  EXPECT_EQ(values<int8_t>(out[0]), (std::vector<int8_t>{-128, -5, 127, 5}));
  EXPECT_EQ(values<int8_t>(out[1]), (std::vector<int8_t>{127, -14, -128, -14}));
  EXPECT_EQ(values<int8_t>(out[2]), (std::vector<int8_t>{127, -3, -128, -3}));
  EXPECT_EQ(values<int8_t>(out[3]), (std::vector<int8_t>{0, -1, 0, 1}));
  EXPECT_EQ(values<int8_t>(out[4]), (std::vector<int8_t>{127, -4, -128, -4}));
  EXPECT_EQ(values<int8_t>(out[5]), (std::vector<int8_t>{0, 1, 0, -1}));
}

TEST_F(InterpreterTest, DividedByZeroIntegersGiveZero) {
  begin({tensor({1}, i64), tensor({1}, i64)});
  end({builder.div(arg(0), arg(1)), builder.binary(BinaryKind::FloorMod, arg(0), arg(1))});
  auto out = run({integers({1}, {7}), integers({1}, {0})});
  EXPECT_EQ(values<int64_t>(out[0]), (std::vector<int64_t>{0}));
  EXPECT_EQ(values<int64_t>(out[1]), (std::vector<int64_t>{0}));
}

TEST_F(InterpreterTest, CastsSaturateTruncateAndTest) {
  begin({tensor({6})});
  end({builder.cast(arg(0), builder.getIntegerType(8)), builder.cast(arg(0), builder.getIntegerType(8, false)),
       builder.cast(arg(0), builder.getI1Type()), builder.cast(builder.cast(arg(0), builder.getF16Type()), f32)});
  auto out = run({floats({6}, {1.9f, -1.9f, 300, nan, 0, -inf})});
  EXPECT_EQ(values<int8_t>(out[0]), (std::vector<int8_t>{1, -1, 127, 0, 0, -128}));
  EXPECT_EQ(values<uint8_t>(out[1]), (std::vector<uint8_t>{1, 0, 255, 0, 0, 0}));
  EXPECT_EQ(values<uint8_t>(out[2]), (std::vector<uint8_t>{1, 1, 1, 1, 0, 1}));
  EXPECT_EQ(values(out[3])[0], 1.900390625f);
}

TEST_F(InterpreterTest, MaxAndMinCarryNaN) {
  begin({tensor({3}), tensor({3})});
  end({builder.maximum(arg(0), arg(1)), builder.reduce(ReduceKind::Min, arg(0), {0}, false),
       builder.compare(CompareKind::NotEqual, arg(0), arg(1))});
  auto out = run({floats({3}, {1, nan, 3}), floats({3}, {2, 0, nan})});
  EXPECT_EQ(values(out[0])[0], 2);
  EXPECT_TRUE(std::isnan(values(out[0])[1]) && std::isnan(values(out[0])[2]) && std::isnan(values(out[1])[0]));
  EXPECT_EQ(values<uint8_t>(out[2]), (std::vector<uint8_t>{1, 1, 1}));
}

TEST_F(InterpreterTest, ReducingNothingGivesTheNeutralElement) {
  begin({tensor({2, 0})});
  end({builder.reduce(ReduceKind::Sum, arg(0), {1}, false), builder.reduce(ReduceKind::Prod, arg(0), {1}, false),
       builder.reduce(ReduceKind::Max, arg(0), {1}, false)});
  auto out = run({floats({2, 0}, {})});
  EXPECT_EQ(values(out[0]), (std::vector<float>{0, 0}));
  EXPECT_EQ(values(out[1]), (std::vector<float>{1, 1}));
  EXPECT_EQ(values(out[2]), (std::vector<float>{-inf, -inf}));
}

TEST_F(InterpreterTest, TransposesOfEveryOrder) {
  SmallVector<int64_t> shape{3, 1, 17, 4, 19}, permutation{0, 1, 2, 3, 4};
  HostTensor x = random(shape);
  std::vector<float> in = values(x);
  do {
    SmallVector<int64_t> outShape;
    for (int64_t at : permutation)
      outShape.push_back(shape[at]);
    function = nullptr;
    module = ModuleOp::create(builder.getLoc());
    begin({tensor(shape)});
    end({builder.transpose(arg(0), permutation)});
    std::vector<float> out = values(run({x})[0]);
    SmallVector<int64_t> index(5);
    for (size_t linear = 0; linear < out.size(); ++linear) {
      int64_t rest = linear, source[5], offset = 0;
      for (int i = 4; i >= 0; --i) {
        source[permutation[i]] = rest % outShape[i];
        rest /= outShape[i];
      }
      for (int i = 0; i < 5; ++i)
        offset = offset * shape[i] + source[i];
      ASSERT_EQ(out[linear], in[offset]);
    }
  } while (std::next_permutation(permutation.begin(), permutation.end()));
}

TEST_F(InterpreterTest, PadsSlicesReversesConcatenates) {
  begin({tensor({2, 3})});
  Value x = arg(0);
  Value padded = builder.pad(x, builder.scalar(f32, 9), {0, 1}, {1, -1}, {0, 1});
  Value sliced = builder.sliceDim(x, 1, builder.getAffineConstantExpr(0), builder.getAffineConstantExpr(2), 2);
  Value reversed = ReverseOp::create(builder, builder.getLoc(), x, ArrayRef<int64_t>{0, 1});
  end({padded, sliced, reversed, builder.concat({x, x}, 1)});
  auto out = run({floats({2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(values(out[0]), (std::vector<float>{9, 1, 9, 2, 9, 9, 4, 9, 5, 9, 9, 9, 9, 9, 9}));
  EXPECT_EQ(values(out[1]), (std::vector<float>{1, 3, 4, 6}));
  EXPECT_EQ(values(out[2]), (std::vector<float>{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(values(out[3]), (std::vector<float>{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}));
}

TEST_F(InterpreterTest, CropsFromBothSides) {
  begin({tensor({5})});
  end({builder.pad(arg(0), builder.scalar(f32, 0), {-2}, {-1}),
       builder.pad(arg(0), builder.scalar(f32, 7), {-4}, {3})});
  auto out = run({floats({5}, {1, 2, 3, 4, 5})});
  EXPECT_EQ(values(out[0]), (std::vector<float>{3, 4}));
  EXPECT_EQ(values(out[1]), (std::vector<float>{5, 7, 7, 7}));
}

TEST_F(InterpreterTest, GathersClampAndScattersDrop) {
  begin({tensor({3, 2}), tensor({4}, i64), tensor({4, 2})});
  Value scattered = ScatterOp::create(builder, builder.getLoc(), ScatterKind::Add, arg(0), arg(1), arg(2));
  end({builder.gather(arg(0), arg(1), 0), scattered});
  auto out = run(
      {floats({3, 2}, {1, 2, 3, 4, 5, 6}), integers({4}, {0, -1, 7, -9}), floats({4, 2}, {1, 1, 2, 2, 4, 4, 8, 8})});
  EXPECT_EQ(values(out[0]), (std::vector<float>{1, 2, 5, 6, 5, 6, 1, 2}));
  EXPECT_EQ(values(out[1]), (std::vector<float>{2, 3, 3, 4, 7, 8}));
}

TEST_F(InterpreterTest, GathersWithBatchDimensions) {
  begin({tensor({2, 2, 3}), tensor({2, 2}, i64)});
  end({builder.gather(arg(0), arg(1), 2, 1)});
  auto out = run({floats({2, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), integers({2, 2}, {0, 2, 1, 1})});
  EXPECT_EQ(values(out[0]), (std::vector<float>{0, 2, 3, 5, 7, 7, 10, 10}));
}

TEST_F(InterpreterTest, TopKOrdersEqualsByIndex) {
  begin({tensor({1, 5})});
  auto top = TopKOp::create(builder, builder.getLoc(), arg(0), 3, false);
  auto low = TopKOp::create(builder, builder.getLoc(), arg(0), 5, true);
  end({top.getValues(), top.getIndices(), low.getIndices()});
  auto out = run({floats({1, 5}, {2, 7, 2, nan, 7})});
  EXPECT_TRUE(std::isnan(values(out[0])[0]));
  EXPECT_EQ(values<int64_t>(out[1]), (std::vector<int64_t>{3, 1, 4}));
  EXPECT_EQ(values<int64_t>(out[2]), (std::vector<int64_t>{0, 2, 1, 4, 3}));
}

TEST_F(InterpreterTest, ArgReduceTakesTheFirstOrLast) {
  begin({tensor({4})});
  end({builder.argReduce(ReduceKind::Max, arg(0), 0, false),
       builder.argReduce(ReduceKind::Max, arg(0), 0, true, true)});
  auto out = run({floats({4}, {3, 5, 5, 1})});
  EXPECT_EQ(values<int64_t>(out[0]), (std::vector<int64_t>{1}));
  EXPECT_EQ(values<int64_t>(out[1]), (std::vector<int64_t>{2}));
}

TEST_F(InterpreterTest, ScansExclusiveAndReversed) {
  begin({tensor({2, 3})});
  auto scan = [&](bool exclusive, bool reversed) -> Value {
    return ScanOp::create(builder, builder.getLoc(), ReduceKind::Sum, arg(0), uint64_t(1), exclusive, reversed);
  };
  end({scan(false, false), scan(true, false), scan(true, true)});
  auto out = run({floats({2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(values(out[0]), (std::vector<float>{1, 3, 6, 4, 9, 15}));
  EXPECT_EQ(values(out[1]), (std::vector<float>{0, 1, 3, 0, 4, 9}));
  EXPECT_EQ(values(out[2]), (std::vector<float>{5, 3, 0, 11, 6, 0}));
}

TEST_F(InterpreterTest, SymbolicExtentsTakeTheGivenValues) {
  AffineExpr n = declareDim(*module, "n", 1, 8);
  begin({makeTensorType({n, builder.getAffineConstantExpr(2)}, f32)});
  Value sum = builder.mean(arg(0), {0}, false);
  end({sum, builder.extent(n * 2 + 1), builder.sliceDim(arg(0), 0, n - 1, builder.getAffineConstantExpr(1))});
  auto out = run({floats({3, 2}, {1, 2, 3, 4, 5, 6})}, {3});
  EXPECT_EQ(values(out[0]), (std::vector<float>{3, 4}));
  EXPECT_EQ(values<int64_t>(out[1]), (std::vector<int64_t>{7}));
  EXPECT_EQ(values(out[2]), (std::vector<float>{5, 6}));
  auto wrong = interpret(function, {floats({2, 2}, {1, 2, 3, 4})}, {3});
  ASSERT_FALSE(bool(wrong));
  EXPECT_NE(llvm::toString(wrong.takeError()).find("input 0 has another shape"), std::string::npos);
}

TEST_F(InterpreterTest, RecursionEndsWithAnError) {
  begin({tensor({})});
  auto call = CallOp::create(builder, builder.getLoc(), TypeRange{tensor({})}, "run", ValueRange{arg(0)});
  end({call.getResult(0)});
  auto results = interpret(function, {floats({}, {1})}, {});
  ASSERT_FALSE(bool(results));
  EXPECT_NE(llvm::toString(results.takeError()).find("nested more than 64 deep"), std::string::npos);
}

TEST_F(InterpreterTest, Int8ProductsSumInInt32) {
  Type i8 = builder.getIntegerType(8), u8 = builder.getIntegerType(8, false);
  begin({tensor({1, 3}, u8), tensor({3, 1}, i8)});
  end({builder.matmul(arg(0), arg(1))});
  auto out = run({bytesOf<uint8_t>(u8, {1, 3}, {255, 255, 255}), bytesOf<int8_t>(i8, {3, 1}, {-128, -128, -128})});
  EXPECT_EQ(values<int32_t>(out[0]), (std::vector<int32_t>{-97920}));
}
} // namespace
