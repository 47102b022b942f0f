//===- FoldBatchNorm.cpp - factors and offsets per output channel into weights and bias ---------------------------===//
//
// Every factor next to a convolution or product with constant weights moves into the weights, every offset into one
// addition after it; batch normalisation in any spelling is such a chain.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/ApplyRewrites.h"
#include "compiler/graph/Compose.h"
#include "compiler/graph/Folding.h"
#include "compiler/graph/Passes.h"

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "compiler/graph/GraphPasses.h.inc"

namespace {

bool isConstant(Value value) { return value.getDefiningOp<ConstantOp>() != nullptr; }

/// Whether a constant varies along the last dimension only.
bool isPerChannel(Value value) {
  if (!isConstant(value))
    return false;
  auto type = cast<RankedTensorType>(value.getType());
  return llvm::all_of(type.getShape().drop_back(type.getRank() ? 1 : 0), [](int64_t extent) { return extent == 1; });
}

/// The dimension of constant weights (operand 1) that is the last dimension of the result, or none.
std::optional<int64_t> channelOfWeights(Operation *op) {
  if (auto convolve = dyn_cast_or_null<ConvolveOp>(op)) {
    if (isConstant(convolve.getWeights()))
      return convolve.getWeights().getType().getRank() - 1;
    return std::nullopt;
  }
  auto contract = dyn_cast_or_null<ContractOp>(op);
  if (!contract || !isConstant(contract.getRhs()))
    return std::nullopt;
  std::optional<int64_t> last;
  for (int64_t i = 0; i < contract.getRhs().getType().getRank(); ++i)
    if (!llvm::is_contained(contract.getRhsBatch(), i) && !llvm::is_contained(contract.getRhsContract(), i))
      last = i;
  return last;
}

/// Whether a value is a convolution or product with constant weights that nobody else reads, perhaps plus a constant
/// offset per channel. Not of f16 and bf16: those are rounded where the graph says, also between the steps.
bool isLinear(Value value) {
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  if (!value.hasOneUse() || !(element.isF32() || element.isF64()))
    return false;
  if (auto add = value.getDefiningOp<BinaryOp>())
    return add.getKind() == BinaryKind::Add && isPerChannel(add.getRhs()) && add.getLhs().getType() == add.getType() &&
           add.getLhs().hasOneUse() && channelOfWeights(add.getLhs().getDefiningOp());
  return channelOfWeights(value.getDefiningOp()).has_value();
}

/// A binary operation on constants, evaluated.
Value foldBinary(Compose &builder, BinaryKind kind, Value lhs, Value rhs) {
  Value value = builder.binary(kind, lhs, rhs);
  // An operation left without uses is the rewrite driver's to erase.
  Operation *op = value ? value.getDefiningOp() : nullptr;
  Value constant = op ? foldToConstant(builder, op) : nullptr;
  return constant ? constant : value;
}

Value foldReshape(Compose &builder, Value x, ArrayRef<int64_t> shape) {
  Value value = builder.reshape(x, shape);
  if (value == x)
    return x;
  Value constant = foldToConstant(builder, value.getDefiningOp());
  return constant ? constant : value;
}

/// The operation with its weights multiplied by `factor`, which varies along the last dimension of the result.
Value scaleWeights(Compose &builder, Operation *op, int64_t channel, Value factor) {
  Value weights = op->getOperand(1);
  SmallVector<int64_t> line(cast<RankedTensorType>(weights.getType()).getRank(), 1);
  line[channel] = cast<RankedTensorType>(factor.getType()).getNumElements();
  Value scaled = foldBinary(builder, BinaryKind::Mul, weights, foldReshape(builder, factor, line));
  Operation *copy = builder.clone(*op);
  copy->setOperand(1, scaled);
  return copy->getResult(0);
}

/// (y + b) * s -> y' + b * s, where y' has scaled weights; also division by a constant.
struct ScaleIntoWeights : OpRewritePattern<BinaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BinaryOp op, PatternRewriter &rewriter) const override {
    bool divides = op.getKind() == BinaryKind::Div;
    if (op.getKind() != BinaryKind::Mul && !divides)
      return failure();
    Value y = op.getLhs(), factor = op.getRhs();
    if (!divides && isPerChannel(y))
      std::swap(y, factor);
    if (!isPerChannel(factor) || y.getType() != op.getType() || !isLinear(y))
      return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    if (divides) {
      Value one = builder.scalarLike(factor, 1);
      factor = foldBinary(builder, BinaryKind::Div, one, factor);
    }
    auto add = y.getDefiningOp<BinaryOp>();
    Operation *linear = add ? add.getLhs().getDefiningOp() : y.getDefiningOp();
    builder.setLoc(linear->getLoc());
    Value result = scaleWeights(builder, linear, *channelOfWeights(linear), factor);
    if (add)
      result = builder.add(result, foldBinary(builder, BinaryKind::Mul, add.getRhs(), factor));
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// (y + b) + c -> y + (b + c); constants to the right; y - c -> y + (-c).
struct JoinOffsets : OpRewritePattern<BinaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BinaryOp op, PatternRewriter &rewriter) const override {
    bool subtracts = op.getKind() == BinaryKind::Sub;
    if (op.getKind() != BinaryKind::Add && !subtracts)
      return failure();
    Value y = op.getLhs(), offset = op.getRhs();
    bool swapped = !subtracts && isPerChannel(y);
    if (swapped)
      std::swap(y, offset);
    if (!isPerChannel(offset) || y.getType() != op.getType() || !isLinear(y))
      return failure();
    auto add = y.getDefiningOp<BinaryOp>();
    if (!add && !subtracts && !swapped)
      return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    if (add || subtracts) {
      Value zero = builder.scalarLike(offset, 0);
      BinaryKind kind = subtracts ? BinaryKind::Sub : BinaryKind::Add;
      offset = foldBinary(builder, kind, add ? add.getRhs() : zero, offset);
    }
    rewriter.replaceOpWithNewOp<BinaryOp>(op, BinaryKind::Add, add ? add.getLhs() : y, offset);
    return success();
  }
};

struct FoldBatchNorm : impl::FoldBatchNormBase<FoldBatchNorm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ScaleIntoWeights, JoinOffsets>(&getContext());
    if (failed(applyRewrites(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
} // namespace wasmind::graph
