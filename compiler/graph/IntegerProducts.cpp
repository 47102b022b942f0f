//===- IntegerProducts.cpp - products of scaled integers, as integer products that are scaled once ----------------===//
//
// Quantised models compute with tensors that are integers of 8 bits times a scale: x = (q - zero) * s. A contraction or
// convolution of two of them sums the integers exactly, and what is left in floats is one factor per output. Models say
// so with casts and multiplications around a product of floats (QuantizeLinear and DequantizeLinear), which this pass
// takes apart before constants are folded, so that weights stay the integers they are.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/ApplyRewrites.h"
#include "compiler/graph/Compose.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/Quantised.h"
#include "compiler/graph/Structured.h"
#include "mlir/IR/IRMapping.h"
#include <cmath>

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_INTEGERPRODUCTS
#include "compiler/graph/GraphPasses.h.inc"

namespace {

using Extents = SmallVector<AffineExpr>;

Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

bool isOneElement(Value value) {
  return llvm::all_of(getExtents(value.getType()), [](AffineExpr extent) { return isOne(extent); });
}

/// The same operation on other operands, which gives another element type.
Value sameOn(Compose &builder, Operation *op, ValueRange operands, Type element) {
  IRMapping mapping;
  mapping.map(op->getOperands(), operands);
  Value result = builder.clone(*op, mapping)->getResult(0);
  result.setType(makeTensorType(getExtents(result.getType()), element));
  return result;
}

/// Whether all elements are values of i8 or u8.
bool isByte(Value value) {
  if (auto number = numberOf(value))
    return *number >= -128 && *number <= 255;
  while (isa_and_nonnull<ReshapeOp, BroadcastOp, TransposeOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  auto cast = value.getDefiningOp<CastOp>();
  return cast && elementOf(cast.getInput()).isInteger(8);
}

/// The largest magnitude of an integer that is multiplied as one of at most 16 bits; none where it is of another type.
std::optional<int64_t> magnitudeOf(Value value) {
  const Type element = elementOf(value);
  if (element.isInteger(8))
    return element.isUnsignedInteger() ? 255 : 128;
  if (!element.isSignlessInteger(16))
    return std::nullopt;
  if (isByte(value))
    return 255;
  Operation *op = value.getDefiningOp();
  auto binary = dyn_cast_or_null<BinaryOp>(op);
  if (binary && binary.getKind() == BinaryKind::Sub && isByte(binary.getLhs()) && isByte(binary.getRhs()))
    return 383; // of an i8 and a u8; quantisation takes two of one type, 255
  if (isa_and_nonnull<ReshapeOp, BroadcastOp, TransposeOp, SliceOp>(op))
    return magnitudeOf(op->getOperand(0));
  return 32768;
}

/// A tensor of f32 as integers of at most 16 bits times a scale that broadcasts to them. `of` only looks; what `build`
/// makes stands at the builder's position.
class Scaled {
public:
  static std::optional<Scaled> of(Value value, unsigned depth = 0) {
    Operation *op = value.getDefiningOp();
    if (!op || depth > 8 || !elementOf(value).isF32())
      return std::nullopt;
    if (auto product = dyn_cast<BinaryOp>(op); product && product.getKind() == BinaryKind::Mul) {
      for (unsigned side : {0u, 1u}) {
        auto cast = op->getOperand(side).getDefiningOp<CastOp>();
        if (cast && cast.getType() == value.getType() && magnitudeOf(cast.getInput()))
          return Scaled{value, {}, cast.getInput(), op->getOperand(1 - side)};
      }
      return std::nullopt;
    }
    const bool keepsZero =
        isa<SliceOp, BroadcastOp, ReshapeOp>(op) || (isa<PadOp>(op) && splatDouble(cast<PadOp>(op).getValue()) == 0.0);
    if (!keepsZero && !isa<TransposeOp>(op))
      return std::nullopt;
    auto scaled = of(op->getOperand(0), depth + 1);
    if (!scaled || (!isa<TransposeOp>(op) && !isOneElement(scaled->scale)))
      return std::nullopt;
    scaled->moves.push_back(op);
    return scaled;
  }

  /// The scale, where it is a known number.
  std::optional<double> number() const { return numberOf(scale); }
  Value scaleValue() const { return scale; }
  Type element() const { return elementOf(integers); }
  int64_t magnitude() const { return *magnitudeOf(integers); }
  /// Along a dimension of the tensor.
  bool isScaledAlong(int64_t dim) const { return !isOne(scaleExtents()[dim]); }

  Value buildIntegers(Compose &builder) const {
    Value result = integers;
    for (Operation *op : moves)
      result = moved(builder, op, result);
    return result;
  }
  /// Of the tensor's rank.
  Value buildScale(Compose &builder) const {
    Value result = scale;
    for (Operation *op : moves)
      if (auto transpose = dyn_cast<TransposeOp>(op))
        result = builder.transpose(result, transpose.getPermutation());
      else if (auto rank = builder.rankOf(op->getResult(0)); rank != builder.rankOf(result))
        result = builder.reshape(result, Extents(rank, builder.getAffineConstantExpr(1)));
    return result;
  }

private:
  Value value;
  SmallVector<Operation *> moves; ///< from the product to the value
  Value integers, scale;

  Scaled(Value value, ArrayRef<Operation *> moves, Value integers, Value scale)
      : value(value), moves(moves), integers(integers), scale(scale) {}

  Extents scaleExtents() const {
    Extents extents = getExtents(scale.getType());
    for (Operation *op : moves) {
      if (auto transpose = dyn_cast<TransposeOp>(op)) {
        Extents permuted;
        for (int64_t dim : transpose.getPermutation())
          permuted.push_back(extents[dim]);
        extents = permuted;
      } else {
        extents.assign(getExtents(op->getResult(0).getType()).size(), getAffineConstantExpr(1, scale.getContext()));
      }
    }
    return extents;
  }

  static Value moved(Compose &builder, Operation *op, Value x) {
    if (auto pad = dyn_cast<PadOp>(op))
      return PadOp::create(builder, x, builder.scalar(elementOf(x), 0), pad.getLow(), pad.getHigh(), pad.getInterior());
    return sameOn(builder, op, x, elementOf(x));
  }
};

/// Whether sums of `count` products are below 2^`bits`.
bool sumsFit(AffineExpr count, unsigned bits, Operation *op, const Scaled &a, const Scaled &b) {
  const Interval bounds = boundsOf(count, namedDimsAround(op));
  return bounds.max >= 0 && bounds.max <= ((int64_t(1) << bits) - 1) / (a.magnitude() * b.magnitude());
}

/// Whether the product of two scales is a normal number, or zero, as far as they are known.
bool isNormalProduct(const Scaled &a, const Scaled &b) {
  double least = 1, most = 1;
  for (Value scale : {a.scaleValue(), b.scaleValue()}) {
    while (isa_and_nonnull<ReshapeOp, BroadcastOp, TransposeOp>(scale.getDefiningOp()))
      scale = scale.getDefiningOp()->getOperand(0);
    auto data = constantDataOf(scale);
    if (!data || !isa<FloatType>(data->element))
      continue;
    double low = HUGE_VAL, high = 0;
    for (int64_t i = 0; i < (data->splat ? 1 : data->elementCount); ++i)
      if (const double magnitude = std::fabs(data->asDouble(i)); magnitude != 0) {
        low = std::min(low, magnitude);
        high = std::max(high, magnitude);
      }
    if (high == 0)
      continue;
    least *= low;
    most *= high;
  }
  return least >= 0x1p-100 && most <= 0x1p100;
}

/// product (q * s), (p * t)  ->  (cast (product q, p)) * (s * t). With `element` f32 the integers are multiplied as
/// floats.
void scaleOnce(PatternRewriter &rewriter, Compose &builder, Operation *op, Type element, const Scaled &lhs,
               const Scaled &rhs, Value lhsScale, Value rhsScale) {
  Value operands[] = {lhs.buildIntegers(builder), rhs.buildIntegers(builder)};
  if (element.isF32())
    for (Value &operand : operands)
      operand = builder.cast(operand, element);
  Value sums = builder.cast(sameOn(builder, op, operands, element), builder.getF32Type());
  rewriter.replaceOp(op, builder.mul(sums, builder.mul(lhsScale, rhsScale)));
}

struct IntegerContract : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    auto lhs = Scaled::of(op.getLhs()), rhs = lhs ? Scaled::of(op.getRhs()) : std::nullopt;
    if (!rhs)
      return failure();
    auto isScaledAlong = [](const Scaled &scaled, ArrayRef<int64_t> dims) {
      return llvm::any_of(dims, [&](int64_t dim) { return scaled.isScaledAlong(dim); });
    };
    Extents summed;
    for (int64_t dim : op.getLhsContract())
      summed.push_back(getExtents(op.getLhs().getType())[dim]);
    if (!isNormalProduct(*lhs, *rhs) || isScaledAlong(*lhs, op.getLhsContract()) ||
        isScaledAlong(*rhs, op.getRhsContract()) || !sumsFit(productOf(summed, op.getContext()), 31, op, *lhs, *rhs))
      return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    const int64_t rank = builder.rankOf(op.getResult()), batch = op.getLhsBatch().size();
    const int64_t lhsFree = builder.rankOf(op.getLhs()) - batch - int64_t(op.getLhsContract().size());
    scaleOnce(
        rewriter, builder, op, builder.getI32Type(), *lhs, *rhs,
        inResult(builder, lhs->buildScale(builder), op.getLhsBatch(), op.getLhsContract(), batch, rank),
        inResult(builder, rhs->buildScale(builder), op.getRhsBatch(), op.getRhsContract(), batch + lhsFree, rank));
    return success();
  }

private:
  /// An operand's scale in the dimensions of the result, those that no other operand has from `firstFree` on.
  static Value inResult(Compose &builder, Value scale, ArrayRef<int64_t> batch, ArrayRef<int64_t> contracted,
                        int64_t firstFree, int64_t rank) {
    const Extents from = builder.extentsOf(scale);
    SmallVector<int64_t> order(batch);
    Extents extents(rank, builder.getAffineConstantExpr(1));
    for (auto [i, dim] : llvm::enumerate(batch))
      extents[i] = from[dim];
    for (int64_t dim = 0; dim < int64_t(from.size()); ++dim) {
      if (llvm::is_contained(batch, dim) || llvm::is_contained(contracted, dim))
        continue;
      extents[firstFree++] = from[dim];
      order.push_back(dim);
    }
    order.append(contracted.begin(), contracted.end());
    return builder.reshape(builder.transpose(scale, order), extents);
  }
};

struct IntegerConvolve : OpRewritePattern<ConvolveOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvolveOp op, PatternRewriter &rewriter) const override {
    auto input = Scaled::of(op.getInput()), weights = input ? Scaled::of(op.getWeights()) : std::nullopt;
    if (!weights || op.getTransposed() || !isNormalProduct(*input, *weights))
      return failure();
    const int64_t rank = getExtents(op.getType()).size();
    for (int64_t dim = 0; dim < rank; ++dim) // an image may have a scale of its own
      if ((dim > 0 && input->isScaledAlong(dim)) || (dim < rank - 1 && weights->isScaledAlong(dim)))
        return failure();
    const Extents kernel = getExtents(op.getWeights().getType());
    // Groups of a few channels have fast kernels of floats only; integers below 2^24 are exact there.
    auto outputs = divideExactly(kernel.back(), op.getGroupCount());
    const bool isNarrow = !isOne(op.getGroupCount()) &&
                          (isOne(kernel[rank - 2]) || !outputs || constantOf(*outputs).value_or(1) % 8 != 0);
    if (!sumsFit(productOf(ArrayRef(kernel).drop_back(), op.getContext()), isNarrow ? 24 : 31, op, *input, *weights))
      return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    scaleOnce(rewriter, builder, op, isNarrow ? Type(builder.getF32Type()) : Type(builder.getI32Type()), *input,
              *weights, input->buildScale(builder), weights->buildScale(builder));
    return success();
  }
};

/// The largest of scaled integers is the largest integer, scaled.
struct IntegerWindow : OpRewritePattern<WindowOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WindowOp op, PatternRewriter &rewriter) const override {
    auto input = op.getKind() == ReduceKind::Max ? Scaled::of(op.getInput()) : std::nullopt;
    if (!input || !(input->number().value_or(0) > 0))
      return failure();
    for (int64_t dim = 0, rank = getExtents(op.getType()).size(); dim < rank; ++dim)
      if (input->isScaledAlong(dim))
        return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    Value largest = sameOn(builder, op, input->buildIntegers(builder), input->element());
    rewriter.replaceOp(op, builder.mul(builder.cast(largest, builder.getF32Type()), input->buildScale(builder)));
    return success();
  }
};

/// round (y / s), where y is made of scaled integers  ->  round of y whose factors and offsets are divided by s, so
/// that each element is multiplied once. A quotient of other values is the standard's, ties and all.
struct DivideFactors : OpRewritePattern<UnaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(UnaryOp op, PatternRewriter &rewriter) const override {
    auto quotient = op.getKind() == UnaryKind::Round ? op.getInput().getDefiningOp<BinaryOp>() : BinaryOp();
    if (!quotient || quotient.getKind() != BinaryKind::Div || !quotient->hasOneUse() ||
        !isOneElement(quotient.getRhs()) || quotient.getLhs().getType() != quotient.getType())
      return failure();
    const std::optional<double> divisor = numberOf(quotient.getRhs());
    if (!divisor || !(*divisor > 0x1p-60 && *divisor < 0x1p60) || !isOfFactors(quotient.getLhs()))
      return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    rewriter.replaceOpWithNewOp<UnaryOp>(op, UnaryKind::Round, divided(builder, quotient.getLhs(), quotient.getRhs()));
    return success();
  }

private:
  /// Whether `value` is a factor or an offset: fewer elements than the sums, along the last dimension or none.
  static bool isSmall(Value value, Type sums) {
    const Extents own = getExtents(value.getType()), all = getExtents(sums);
    unsigned wide = 0;
    for (auto [extent, full] : llvm::zip(own, all))
      wide += !isOne(extent);
    return wide <= 1 && own.size() == all.size() && own != all;
  }
  static bool isOfIntegers(BinaryOp op, unsigned side) {
    auto cast = op->getOperand(side).getDefiningOp<CastOp>();
    return cast && isa<IntegerType>(elementOf(cast.getInput())) && elementOf(cast.getResult()).isF32();
  }
  static bool isOfFactors(Value value, unsigned depth = 0) {
    Operation *op = value.getDefiningOp();
    if (!op || depth > 6)
      return false;
    if (isa<TransposeOp>(op))
      return value.hasOneUse() && isOfFactors(op->getOperand(0), depth + 1);
    auto binary = dyn_cast<BinaryOp>(op);
    if (!binary)
      return false;
    auto isInner = [&](unsigned side, Value other) {
      Value inner = binary->getOperand(side);
      return inner.getType() == value.getType() && isOfFactors(inner, depth + 1) &&
             (isSmall(other, value.getType()) || (other.getType() == value.getType() && isOfFactors(other, depth + 1)));
    };
    switch (binary.getKind()) {
    case BinaryKind::Mul: // others may use it as it is
      return wholeSide(binary).has_value() && isOfIntegers(binary, *wholeSide(binary));
    case BinaryKind::Add:
    case BinaryKind::Max:
    case BinaryKind::Min:
      return value.hasOneUse() && (isInner(0, binary.getRhs()) || isInner(1, binary.getLhs()));
    default:
      return false;
    }
  }
  /// The operand that is no factor or offset, where there is one.
  static std::optional<unsigned> wholeSide(BinaryOp op) {
    for (unsigned side : {0u, 1u})
      if (op->getOperand(side).getType() == op.getType() && isSmall(op->getOperand(1 - side), op.getType()))
        return side;
    return std::nullopt;
  }
  static Value divided(Compose &builder, Value value, Value divisor) {
    Operation *op = value.getDefiningOp();
    if (auto transpose = dyn_cast<TransposeOp>(op))
      return builder.transpose(divided(builder, transpose.getInput(), divisor), transpose.getPermutation());
    auto binary = cast<BinaryOp>(op);
    Value operands[] = {binary.getLhs(), binary.getRhs()};
    const std::optional<unsigned> whole = wholeSide(binary);
    for (unsigned side : {0u, 1u}) {
      const bool isWhole = !whole || side == *whole;
      if (!isWhole)
        operands[side] = builder.div(operands[side], divisor);
      else if (binary.getKind() != BinaryKind::Mul)
        operands[side] = divided(builder, operands[side], divisor);
    }
    return builder.binary(binary.getKind(), operands[0], operands[1]);
  }
};

/// round ((q * s) / s)  ->  q: quantised as it was before.
struct SameScale : OpRewritePattern<UnaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(UnaryOp op, PatternRewriter &rewriter) const override {
    auto quotient = op.getKind() == UnaryKind::Round ? op.getInput().getDefiningOp<BinaryOp>() : BinaryOp();
    if (!quotient || quotient.getKind() != BinaryKind::Div || !isOneElement(quotient.getRhs()))
      return failure();
    auto scaled = Scaled::of(quotient.getLhs());
    auto divisor = numberOf(quotient.getRhs());
    if (!scaled || !divisor || scaled->number() != divisor || !(*divisor > 0x1p-60 && *divisor < 0x1p60) ||
        quotient.getLhs().getType() != op.getType())
      return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    rewriter.replaceOp(op, builder.cast(scaled->buildIntegers(builder), builder.getF32Type()));
    return success();
  }
};

/// Whether a value is made of constants alone. Those of a model are numbers.
bool isOfConstants(Value value, unsigned depth = 0) {
  Operation *op = value.getDefiningOp();
  return op && depth <= 12 && op->getNumRegions() == 0 &&
         (isa<ConstantOp>(op) || (op->getNumOperands() > 0 && llvm::all_of(op->getOperands(), [&](Value operand) {
                                    return isOfConstants(operand, depth + 1);
                                  })));
}

/// Whether a value is never NaN: integers, what factors and offsets make of them, and sums of such.
bool isNumber(Value value, unsigned depth = 0) {
  Operation *op = value.getDefiningOp();
  if (!op || depth > 12)
    return false;
  if (auto cast = dyn_cast<CastOp>(op))
    return isa<IntegerType>(elementOf(cast.getInput())) || isNumber(cast.getInput(), depth + 1);
  if (isa<TransposeOp, ReshapeOp, SliceOp, BroadcastOp>(op))
    return isNumber(op->getOperand(0), depth + 1);
  if (auto unary = dyn_cast<UnaryOp>(op))
    return unary.getKind() == UnaryKind::Round && isNumber(unary.getInput(), depth + 1);
  auto binary = dyn_cast<BinaryOp>(op);
  if (!binary || !llvm::is_contained({BinaryKind::Add, BinaryKind::Sub, BinaryKind::Mul, BinaryKind::Div,
                                      BinaryKind::Max, BinaryKind::Min},
                                     binary.getKind()))
    return false;
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    return operand.getType() == value.getType() ? isNumber(operand, depth + 1) : isOfConstants(operand);
  });
}

/// (clip (r + z), low, high) - z, of whole numbers  ->  clip (r, low - z, high - z): what a quantisation leaves of a
/// number where only its distance from the zero point is used.
struct Recentre : OpRewritePattern<BinaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BinaryOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != BinaryKind::Sub || !elementOf(op.getResult()).isSignlessInteger(16))
      return failure();
    auto wide = op.getLhs().getDefiningOp<CastOp>();
    auto narrow = wide ? wide.getInput().getDefiningOp<CastOp>() : CastOp();
    auto zero = numberOf(op.getRhs());
    auto quantised = narrow && zero ? Quantised::of(narrow.getInput()) : std::nullopt;
    if (!quantised || !isNumber(quantised->rounded) || quantised->zero != *zero ||
        narrow.getType().getShape() != op.getType().getShape() || !quantised->fits(elementOf(narrow.getResult())))
      return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    Value centred = builder.clip(quantised->rounded, quantised->low - *zero, quantised->high - *zero);
    rewriter.replaceOp(op, builder.cast(centred, builder.getI16Type()));
    return success();
  }
};

/// Whole numbers as integers and as floats again  ->  the numbers. NaN would stay NaN, where the integer is 0.
struct StayFloat : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CastOp op, PatternRewriter &rewriter) const override {
    auto narrow = op.getInput().getDefiningOp<CastOp>();
    auto quantised = narrow ? Quantised::of(narrow.getInput()) : std::nullopt;
    if (!quantised || !isNumber(quantised->rounded) || narrow.getInput().getType() != op.getType() ||
        !quantised->fits(elementOf(narrow.getResult())))
      return failure();
    rewriter.replaceOp(op, narrow.getInput());
    return success();
  }
};

struct IntegerProducts : impl::IntegerProductsBase<IntegerProducts> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<IntegerContract, IntegerConvolve, IntegerWindow, DivideFactors, SameScale, Recentre, StayFloat>(
        &getContext());
    (void)applyRewrites(getOperation(), std::move(patterns));
  }
};
} // namespace
} // namespace wasmind::graph
