//===- SimplifyArithmetic.cpp - cheaper spellings of arithmetic ---------------------------------------------------===//
//
// Each rewrite of elementwise operations may move a result by an ulp or two, so none is applied to what is rounded to
// an integer next (a quantisation's ties would fall to the other side). An ulp of f16 or bf16 is much: of those only
// powers are rewritten, to one operation that rounds to the same.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/ApplyRewrites.h"
#include "compiler/graph/Compose.h"
#include "compiler/graph/Halves.h"
#include "compiler/graph/Integers.h"
#include "compiler/graph/Passes.h"
#include "mlir/IR/IRMapping.h"
#include <cmath>

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_SIMPLIFYARITHMETIC
#include "compiler/graph/GraphPasses.h.inc"

namespace {

bool isFloat(Value value) { return isa<FloatType>(cast<RankedTensorType>(value.getType()).getElementType()); }

bool isHalf(Value value) { return graph::isHalf(cast<RankedTensorType>(value.getType()).getElementType()); }

/// Whether the value, or a sum or bound of it, becomes an integer.
bool isRounded(Value value, unsigned depth = 0) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (auto unary = dyn_cast<UnaryOp>(user))
      return unary.getKind() == UnaryKind::Floor || unary.getKind() == UnaryKind::Ceil ||
             unary.getKind() == UnaryKind::Round || unary.getKind() == UnaryKind::Trunc;
    if (auto cast = dyn_cast<CastOp>(user))
      return !isFloat(cast.getResult());
    if (isa<BinaryOp, SelectOp, ReshapeOp, TransposeOp, BroadcastOp>(user) && depth < 3)
      return isRounded(user->getResult(0), depth + 1);
    return isa<CompareOp>(user);
  });
}

/// A constant whose elements have a reciprocal that is neither infinite nor subnormal, in its own precision.
bool hasReciprocals(Value value) {
  auto data = constantDataOf(value);
  if (!data || data->elementCount == 0 || data->elementCount > (1 << 16))
    return false;
  constexpr double low = 0x1p-120, high = 0x1p120;
  for (int64_t i = 0; i < (data->splat ? 1 : data->elementCount); ++i) {
    double magnitude = std::fabs(data->asDouble(i));
    if (!(magnitude >= low && magnitude <= high))
      return false;
  }
  return true;
}

/// Whether no element is below 0 or -0, as its producers say; NaN may be.
bool isPositiveOrZero(Value value, unsigned depth = 0) {
  if (auto splat = splatDouble(value))
    return *splat >= 0 && !std::signbit(*splat);
  Operation *op = depth < 8 ? value.getDefiningOp() : nullptr;
  auto isAbove = [&](Value operand) { return isPositiveOrZero(operand, depth + 1); };
  if (auto unary = dyn_cast_or_null<UnaryOp>(op))
    return unary.getKind() == UnaryKind::Abs || unary.getKind() == UnaryKind::Exp ||
           unary.getKind() == UnaryKind::Sigmoid;
  if (auto binary = dyn_cast_or_null<BinaryOp>(op)) {
    switch (binary.getKind()) {
    case BinaryKind::Max:
      return isAbove(binary.getLhs()) || isAbove(binary.getRhs());
    case BinaryKind::Mul:
      return binary.getLhs() == binary.getRhs() || (isAbove(binary.getLhs()) && isAbove(binary.getRhs()));
    case BinaryKind::Add:
    case BinaryKind::Div:
      return isAbove(binary.getLhs()) && isAbove(binary.getRhs());
    case BinaryKind::Pow: // an even number, before it becomes a product
      return splatDouble(binary.getRhs()) == 2.0;
    default:
      return false;
    }
  }
  if (auto reduce = dyn_cast_or_null<ReduceOp>(op))
    return reduce.getKind() == ReduceKind::Sum && isAbove(reduce.getInput());
  return isa_and_nonnull<ReshapeOp, BroadcastOp>(op) && isAbove(op->getOperand(0));
}

/// x / y has fewer divisions as x * (1 / y) where y is repeated; also where y is constant.
struct DivideOnce : OpRewritePattern<BinaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BinaryOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != BinaryKind::Div || !isFloat(op) || isHalf(op) || isRounded(op))
      return failure();
    Value y = op.getRhs();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    Value inverse;
    if (hasReciprocals(y)) {
      inverse = reciprocalOf(builder, y);
    } else if (auto root = rootBelow(y); root && isRepeated(op, y)) {
      // 1 / sqrt is finite wherever the quotient is.
      inverse = root == y.getDefiningOp()
                    ? builder.unary(UnaryKind::Rsqrt, root.getInput())
                    : builder.reshape(builder.unary(UnaryKind::Rsqrt, root.getInput()), getExtents(y.getType()));
    } else if (isRepeated(op, y) && isSoftmaxSum(y)) { // at least 1
      inverse = builder.unary(UnaryKind::Reciprocal, y);
    } else {
      return failure();
    }
    rewriter.replaceOpWithNewOp<BinaryOp>(op, BinaryKind::Mul, op.getLhs(), inverse);
    return success();
  }

private:
  static Value reciprocalOf(Compose &builder, Value constant) {
    ConstantData data = *constantDataOf(constant);
    size_t width = byteWidth(data.element), count = data.splat ? 1 : data.elementCount;
    std::vector<char> bytes(count * width);
    for (size_t i = 0; i < count; ++i)
      storeDouble(data.element, 1 / data.asDouble(i), bytes.data() + i * width);
    return makeConstant(builder, builder.getLoc(), cast<RankedTensorType>(constant.getType()), ArrayRef<char>(bytes));
  }

  static UnaryOp rootBelow(Value y) {
    if (auto reshape = y.getDefiningOp<ReshapeOp>())
      y = reshape.getInput();
    auto unary = y.getDefiningOp<UnaryOp>();
    return unary && unary.getKind() == UnaryKind::Sqrt ? unary : nullptr;
  }

  static bool isRepeated(BinaryOp op, Value y) {
    for (auto [own, whole] : llvm::zip(getExtents(y.getType()), getExtents(op.getType())))
      if (isOne(own) && !isOne(whole))
        return true;
    return false;
  }

  /// sum (exp (x - max x))
  static bool isSoftmaxSum(Value y) {
    if (auto reshape = y.getDefiningOp<ReshapeOp>())
      y = reshape.getInput();
    auto sum = y.getDefiningOp<ReduceOp>();
    auto grown = sum && sum.getKind() == ReduceKind::Sum ? sum.getInput().getDefiningOp<UnaryOp>() : nullptr;
    auto shifted = grown && grown.getKind() == UnaryKind::Exp ? grown.getInput().getDefiningOp<BinaryOp>() : nullptr;
    if (!shifted || shifted.getKind() != BinaryKind::Sub)
      return false;
    Value most = shifted.getRhs();
    if (auto reshape = most.getDefiningOp<ReshapeOp>())
      most = reshape.getInput();
    auto max = most.getDefiningOp<ReduceOp>();
    return max && max.getKind() == ReduceKind::Max && max.getInput() == shifted.getLhs() &&
           max.getDims() == sum.getDims();
  }
};

/// Powers that are products or roots. The roots of -inf and -0 are others than their powers, which are inf and 0.
struct ExpandPower : OpRewritePattern<BinaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BinaryOp op, PatternRewriter &rewriter) const override {
    Value x = op.getLhs();
    auto exponent = op.getKind() == BinaryKind::Pow ? splatDouble(op.getRhs()) : std::nullopt;
    if (!exponent || x.getType() != op.getType() || !isFloat(op))
      return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    Value result;
    if (*exponent == 2)
      result = builder.mul(x, x);
    else if (*exponent == 3 && !isHalf(op))
      result = builder.mul(builder.mul(x, x), x);
    else if (*exponent == 0.5 && isPositiveOrZero(x))
      result = builder.unary(UnaryKind::Sqrt, x);
    else if (*exponent == -0.5 && isPositiveOrZero(x))
      result = builder.unary(UnaryKind::Rsqrt, x);
    else if (*exponent == -1)
      result = builder.unary(UnaryKind::Reciprocal, x);
    else
      return failure();
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// 1 / sqrt x
struct JoinRoot : OpRewritePattern<UnaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(UnaryOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<UnaryOp>();
    if (op.getKind() != UnaryKind::Reciprocal || !inner || inner.getKind() != UnaryKind::Sqrt || isHalf(op))
      return failure();
    rewriter.replaceOpWithNewOp<UnaryOp>(op, UnaryKind::Rsqrt, inner.getInput());
    return success();
  }
};

/// (x * a) * b -> x * (a * b), both equal elements.
struct JoinFactors : OpRewritePattern<BinaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BinaryOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != BinaryKind::Mul || !isFloat(op) || isHalf(op) || isRounded(op))
      return failure();
    auto outer = factorOf(op.getResult());
    auto inner = outer ? factorOf(outer->first) : std::nullopt;
    if (!inner || !outer->first.hasOneUse())
      return failure();
    double product = outer->second * inner->second;
    if (!(std::fabs(product) > 0x1p-100 && std::fabs(product) < 0x1p100))
      return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    rewriter.replaceOpWithNewOp<BinaryOp>(op, BinaryKind::Mul, inner->first, builder.scalarLike(op, product));
    return success();
  }

private:
  /// x and c of x * c, where x has the whole shape.
  static std::optional<std::pair<Value, double>> factorOf(Value value) {
    auto op = value.getDefiningOp<BinaryOp>();
    if (!op || op.getKind() != BinaryKind::Mul)
      return std::nullopt;
    for (auto [x, c] : {std::pair(op.getLhs(), op.getRhs()), std::pair(op.getRhs(), op.getLhs())})
      if (x.getType() == op.getType() && !x.getDefiningOp<ConstantOp>())
        if (auto splat = splatDouble(c))
          return std::pair<Value, double>(x, *splat);
    return std::nullopt;
  }
};

/// A product of ones and zeros with constant rows, where the ones are at given indices, looks the rows up.
struct LookUpRows : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    auto rows = cast<RankedTensorType>(op.getRhs().getType());
    if (!op.getLhsBatch().empty() || op.getLhsContract().size() != 1 || op.getRhsContract() != ArrayRef<int64_t>(0) ||
        rows.getRank() != 2 || rows.getElementType() != cast<RankedTensorType>(op.getType()).getElementType() ||
        !areFinite(op.getRhs()))
      return failure();
    const int64_t dim = op.getLhsContract()[0];
    CompareOp hot = onesOf(op.getLhs());
    if (!hot || hot.getKind() != CompareKind::Equal)
      return failure();
    Value index = isRange(hot.getRhs(), dim) ? hot.getLhs() : isRange(hot.getLhs(), dim) ? hot.getRhs() : Value();
    if (!index)
      return failure();
    auto element = dyn_cast<IntegerType>(cast<RankedTensorType>(index.getType()).getElementType());
    SmallVector<AffineExpr> extents = getExtents(index.getType());
    for (auto [i, extent] : llvm::enumerate(getExtents(hot.getType())))
      if (int64_t(i) == dim ? !isOne(extents[i]) : extents[i] != extent)
        return failure();
    if (!element || element.getWidth() < 8 || (element.isUnsigned() && element.getWidth() > 16))
      return failure();

    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    if (element.getWidth() < 32)
      index = builder.cast(index, builder.getI32Type());
    extents.erase(extents.begin() + dim);
    index = builder.reshape(index, extents);
    Value found = builder.gather(op.getRhs(), index, 0);
    extents.push_back(builder.getAffineConstantExpr(1));
    Value column = builder.reshape(index, extents);
    Value isRow = builder.binary(
        BinaryKind::And, builder.compare(CompareKind::GreaterEqual, column, builder.scalarLike(column, 0)),
        builder.compare(CompareKind::Less, column, builder.scalarLike(column, rows.getDimSize(0))));
    rewriter.replaceOp(op, builder.select(isRow, found, builder.scalarLike(found, 0)));
    return success();
  }

private:
  /// Of what is not finite, the product with zero is not zero.
  static bool areFinite(Value value) {
    auto data = constantDataOf(value);
    if (!data)
      return false;
    for (int64_t i = 0; isa<FloatType>(data->element) && i < (data->splat ? 1 : data->elementCount); ++i)
      if (!std::isfinite(data->asDouble(i)))
        return false;
    return true;
  }

  /// The comparison that is 1 where it holds and 0 elsewhere.
  static CompareOp onesOf(Value value) {
    if (auto cast = value.getDefiningOp<CastOp>())
      return cast.getInput().getDefiningOp<CompareOp>();
    auto select = value.getDefiningOp<SelectOp>();
    return select && splatDouble(select.getOnTrue()) == 1.0 && splatDouble(select.getOnFalse()) == 0.0
               ? select.getCondition().getDefiningOp<CompareOp>()
               : CompareOp();
  }

  /// 0, 1, 2, ... along a dimension.
  static bool isRange(Value value, int64_t dim) {
    for (auto [i, extent] : llvm::enumerate(getExtents(value.getType())))
      if (int64_t(i) != dim && !isOne(extent))
        return false;
    if (auto iota = value.getDefiningOp<IotaOp>())
      return int64_t(iota.getDim()) == dim;
    auto numbers = constantIntegers(value);
    for (auto [i, number] : llvm::enumerate(numbers.value_or(SmallVector<int64_t>())))
      if (number != int64_t(i))
        return false;
    return numbers.has_value();
  }
};

/// Products of halves as products of f32, whose sums are rounded once, as the sums of halves are: kernels of f32 are
/// the fast ones.
struct WidenProduct : RewritePattern {
  explicit WidenProduct(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa<ContractOp, ConvolveOp>(op) || !isHalf(op->getResult(0)))
      return failure();
    Compose builder(op->getLoc(), rewriter);
    builder.setInsertionPoint(op);
    IRMapping mapping;
    for (Value operand : op->getOperands())
      mapping.map(operand, builder.cast(operand, builder.getF32Type()));
    Value sums = builder.clone(*op, mapping)->getResult(0);
    sums.setType(makeTensorType(getExtents(sums.getType()), builder.getF32Type()));
    rewriter.replaceOp(op, builder.cast(sums, builder.elementOf(op->getResult(0))));
    return success();
  }
};

/// Constant factors of integer products in 8 bits where these hold them: half of the bytes.
struct NarrowFactor : RewritePattern {
  explicit NarrowFactor(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa<ContractOp, ConvolveOp>(op))
      return failure();
    for (OpOperand &operand : op->getOpOperands()) {
      auto type = cast<RankedTensorType>(operand.get().getType());
      auto data = type.getElementType().isSignlessInteger(16) ? constantDataOf(operand.get()) : std::nullopt;
      if (!data || !cast<RankedTensorType>(op->getResult(0).getType()).getElementType().isSignlessInteger(32))
        continue;
      const auto [low, high] = rangeOf(*data);
      const bool isUnsigned = low >= 0;
      if (isUnsigned ? high > 255 : low < -128 || high > 127)
        continue;
      std::vector<char> bytes;
      eachInteger(*data, [&](int64_t element, int64_t) { bytes.push_back(char(element)); });
      const Type byte =
          IntegerType::get(op->getContext(), 8, isUnsigned ? IntegerType::Unsigned : IntegerType::Signless);
      Value narrow = makeConstant(rewriter, op->getLoc(), type.clone(byte), std::move(bytes));
      rewriter.modifyOpInPlace(op, [&] { operand.set(narrow); });
      return success();
    }
    return failure();
  }
};

struct SimplifyArithmetic : impl::SimplifyArithmeticBase<SimplifyArithmetic> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<DivideOnce, ExpandPower, JoinRoot, JoinFactors, LookUpRows, NarrowFactor, WidenProduct>(&getContext());
    (void)applyRewrites(getOperation(), std::move(patterns));
  }
};
} // namespace
} // namespace wasmind::graph
