//===- SinkTransposes.cpp - moves transposes towards each other until they cancel ---------------------------------===//
//
// Two motions, both of which end:
//  - down: an operation whose other operands can be had in the transpose's input order for nothing is done in that
//  order,
//    and its result transposed. Transposes meet their inverses in front of the next channels-last primitive.
//  - up: where the result is wanted transposed and one operand comes out of the inverse transpose, the operation is
//    done in the wanted order, even when one other operand must then be transposed for it: one transpose instead of
//    two.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/ApplyRewrites.h"
#include "compiler/graph/Folding.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/Transposes.h"

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_SINKTRANSPOSES
#include "compiler/graph/GraphPasses.h.inc"

namespace {

/// The transpose that defines a value, unless its input is a constant (which is folded, not moved).
TransposeOp movableTranspose(Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  return transpose && !transpose.getInput().getDefiningOp<ConstantOp>() ? transpose : nullptr;
}

/// Replaces `op` by the transpose of `inner`, which does the same in the order of the transpose's input.
LogicalResult replaceByTranspose(PatternRewriter &rewriter, Operation *op, Value inner, ArrayRef<int64_t> permutation) {
  Value result = makeTranspose(rewriter, op->getLoc(), inner, permutation);
  assert(result.getType() == op->getResult(0).getType() && "a transposed operation must keep its type");
  rewriter.replaceOp(op, result);
  return success();
}

Operation *cloneWith(PatternRewriter &rewriter, Operation *op, ValueRange operands) {
  if (auto unary = dyn_cast<UnaryOp>(op))
    return UnaryOp::create(rewriter, op->getLoc(), unary.getKind(), operands[0]);
  if (auto binary = dyn_cast<BinaryOp>(op))
    return BinaryOp::create(rewriter, op->getLoc(), binary.getKind(), operands[0], operands[1]);
  if (auto compare = dyn_cast<CompareOp>(op))
    return CompareOp::create(rewriter, op->getLoc(), compare.getKind(), operands[0], operands[1]);
  if (isa<SelectOp>(op))
    return SelectOp::create(rewriter, op->getLoc(), operands[0], operands[1], operands[2]);
  Type element = cast<RankedTensorType>(op->getResult(0).getType()).getElementType();
  return CastOp::create(rewriter, op->getLoc(), withElement(operands[0].getType(), element), operands[0]);
}

bool isElementwise(Operation *op) { return isa<UnaryOp, BinaryOp, CompareOp, SelectOp, CastOp>(op); }

/// unary (transpose x) -> transpose (unary x), and the like with several operands.
struct SinkBelowElementwise : RewritePattern {
  SinkBelowElementwise(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isElementwise(op))
      return failure();
    for (Value operand : op->getOperands()) {
      TransposeOp transpose = movableTranspose(operand);
      if (!transpose)
        continue;
      Permutation permutation(transpose.getPermutation());
      if (!llvm::all_of(op->getOperands(), [&](Value other) { return canUntranspose(other, permutation); }))
        continue;
      SmallVector<Value> operands;
      for (Value other : op->getOperands())
        operands.push_back(untranspose(rewriter, other, permutation));
      return replaceByTranspose(rewriter, op, cloneWith(rewriter, op, operands)->getResult(0), permutation);
    }
    return failure();
  }
};

/// transpose (binary (inverse transpose x) y) -> binary x (transpose y)
struct HoistAboveElementwise : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp transpose, PatternRewriter &rewriter) const override {
    Operation *op = transpose.getInput().getDefiningOp();
    if (!op || !isElementwise(op))
      return failure();
    // Every user must want the result in this order.
    for (Operation *user : op->getUsers()) {
      auto other = dyn_cast<TransposeOp>(user);
      if (!other || other.getPermutation() != transpose.getPermutation())
        return failure();
    }
    Permutation wanted = inverse(transpose.getPermutation());
    unsigned cancelling = 0, costly = 0;
    for (Value operand : op->getOperands()) {
      auto source = operand.getDefiningOp<TransposeOp>();
      if (source && source.getPermutation() == ArrayRef<int64_t>(wanted))
        ++cancelling;
      else if (!canUntranspose(operand, wanted))
        ++costly;
    }
    if (cancelling == 0 || costly > cancelling)
      return failure();
    rewriter.setInsertionPoint(op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      Value free = untranspose(rewriter, operand, wanted);
      operands.push_back(free ? free : makeTranspose(rewriter, operand.getLoc(), operand, transpose.getPermutation()));
    }
    Value result = cloneWith(rewriter, op, operands)->getResult(0);
    assert(result.getType() == transpose.getType() && "a transposed operation must keep its type");
    SmallVector<Operation *> users(op->getUsers());
    for (Operation *user : users)
      rewriter.replaceOp(user, result);
    return success();
  }
};

/// concat (transpose x) (transpose y) -> transpose (concat x y). Inputs that are not transposed have to be then, which
/// is worth it while they are fewer than those that are.
struct SinkBelowConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    Permutation permutation;
    for (Value input : op.getInputs())
      if (TransposeOp transpose = movableTranspose(input)) {
        permutation.assign(transpose.getPermutation().begin(), transpose.getPermutation().end());
        break;
      }
    if (permutation.empty())
      return failure();
    unsigned transposed = 0, costly = 0;
    for (Value input : op.getInputs()) {
      TransposeOp transpose = movableTranspose(input);
      transposed += transpose && transpose.getPermutation() == ArrayRef<int64_t>(permutation);
      costly += !canUntranspose(input, permutation);
    }
    if (costly > 0 && costly + 1 >= transposed)
      return failure();
    SmallVector<Value> inputs;
    for (Value input : op.getInputs()) {
      Value free = untranspose(rewriter, input, permutation);
      inputs.push_back(free ? free : makeTranspose(rewriter, input.getLoc(), input, inverse(permutation)));
    }
    auto inner = ConcatOp::create(rewriter, op.getLoc(), inputs, uint64_t(permutation[op.getDim()]));
    return replaceByTranspose(rewriter, op, inner, permutation);
  }
};

/// A pattern for operations of one tensor with entries per dimension.
template <typename Op> struct SinkBelow : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    TransposeOp transpose = movableTranspose(op->getOperand(0));
    if (!transpose)
      return failure();
    Permutation result(transpose.getPermutation());
    Value inner = rebuild(op, transpose.getInput(), result, rewriter);
    return inner ? replaceByTranspose(rewriter, op, inner, result) : failure();
  }

private:
  /// The operation on x = the transpose's input; `p` becomes the permutation of its result.
  static Value rebuild(Op op, Value x, Permutation &p, PatternRewriter &rewriter);
};

/// dims in input order.
Permutation moved(ArrayRef<int64_t> dims, ArrayRef<int64_t> permutation) {
  return llvm::map_to_vector(dims, [&](int64_t dim) { return permutation[dim]; });
}

/// What is left of a permutation when these dimensions of its result vanish.
Permutation without(ArrayRef<int64_t> permutation, ArrayRef<int64_t> dims) {
  Permutation gone = moved(dims, permutation), result;
  for (auto [i, at] : llvm::enumerate(permutation)) {
    if (llvm::is_contained(dims, int64_t(i)))
      continue;
    result.push_back(at - llvm::count_if(gone, [&, from = at](int64_t dim) { return dim < from; }));
  }
  return result;
}

template <> Value SinkBelow<PadOp>::rebuild(PadOp op, Value x, Permutation &p, PatternRewriter &rewriter) {
  return PadOp::create(rewriter, op.getLoc(), x, op.getValue(), toInputOrder(op.getLow(), p),
                       toInputOrder(op.getHigh(), p), toInputOrder(op.getInterior(), p));
}

template <> Value SinkBelow<SliceOp>::rebuild(SliceOp op, Value x, Permutation &p, PatternRewriter &rewriter) {
  auto starts = toInputOrder(op.getStarts().getResults(), p);
  auto map = AffineMap::get(0, op.getStarts().getNumSymbols(), starts, op.getContext());
  Type type = makeTensorType(toInputOrder(getExtents(op.getType()), p), op.getType().getElementType());
  return SliceOp::create(rewriter, op.getLoc(), type, x, map, toInputOrder(op.getStrides(), p));
}

template <> Value SinkBelow<BroadcastOp>::rebuild(BroadcastOp op, Value x, Permutation &p, PatternRewriter &rewriter) {
  Type type = makeTensorType(toInputOrder(getExtents(op.getType()), p), op.getType().getElementType());
  return BroadcastOp::create(rewriter, op.getLoc(), type, x);
}

template <> Value SinkBelow<ReverseOp>::rebuild(ReverseOp op, Value x, Permutation &p, PatternRewriter &rewriter) {
  return ReverseOp::create(rewriter, op.getLoc(), x, moved(op.getDims(), p));
}

template <> Value SinkBelow<ReduceOp>::rebuild(ReduceOp op, Value x, Permutation &p, PatternRewriter &rewriter) {
  Permutation dims = moved(op.getDims(), p);
  llvm::sort(dims);
  p = without(p, op.getDims());
  return ReduceOp::create(rewriter, op.getLoc(), op.getKind(), x, dims);
}

template <> Value SinkBelow<ArgReduceOp>::rebuild(ArgReduceOp op, Value x, Permutation &p, PatternRewriter &rewriter) {
  int64_t dim = op.getDim();
  uint64_t inner = p[dim];
  p = without(p, dim);
  return ArgReduceOp::create(rewriter, op.getLoc(), op.getKind(), x, inner, op.getLast());
}

template <> Value SinkBelow<ScanOp>::rebuild(ScanOp op, Value x, Permutation &p, PatternRewriter &rewriter) {
  return ScanOp::create(rewriter, op.getLoc(), op.getKind(), x, uint64_t(p[op.getDim()]), op.getExclusive(),
                        op.getReversed());
}

template <> Value SinkBelow<GatherOp>::rebuild(GatherOp op, Value x, Permutation &p, PatternRewriter &rewriter) {
  if (op.getBatchDims() != 0)
    return nullptr;
  int64_t dim = op.getDim(), inner = p[dim], inserted = cast<RankedTensorType>(op.getIndices().getType()).getRank();
  // Dimension d of x becomes `inserted` dimensions of the gathered x.
  auto position = [&](int64_t at) { return at > inner ? at + inserted - 1 : at; };
  Permutation result;
  for (auto [i, at] : llvm::enumerate(p)) {
    if (int64_t(i) != dim)
      result.push_back(position(at));
    else
      for (int64_t j = 0; j < inserted; ++j)
        result.push_back(inner + j);
  }
  p = result;
  return GatherOp::create(rewriter, op.getLoc(), x, op.getIndices(), uint64_t(inner), uint64_t(0));
}

/// A transpose that only moves extents of 1 is a reshape; that of a constant is a constant.
struct DropTrivialTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    Value result = movesOnlyUnitExtents(op.getInput().getType(), op.getPermutation())
                       ? makeTranspose(rewriter, op.getLoc(), op.getInput(), op.getPermutation())
                       : foldToConstant(rewriter, op);
    if (!result)
      return failure();
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct SinkTransposes : impl::SinkTransposesBase<SinkTransposes> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateSinkTransposePatterns(patterns);
    populateReshapeTransposePatterns(patterns);
    populateAbsorbTransposePatterns(patterns);
    GreedyRewriteConfig config;
    config.setMaxIterations(64);
    if (failed(applyRewrites(getOperation(), std::move(patterns), config)))
      getOperation().emitWarning("transposes did not come to rest");
  }
};
} // namespace

void populateSinkTransposePatterns(RewritePatternSet &patterns) {
  patterns.add<DropTrivialTranspose, HoistAboveElementwise, SinkBelowElementwise, SinkBelowConcat, SinkBelow<PadOp>,
               SinkBelow<SliceOp>, SinkBelow<BroadcastOp>, SinkBelow<ReverseOp>, SinkBelow<ReduceOp>,
               SinkBelow<ArgReduceOp>, SinkBelow<ScanOp>, SinkBelow<GatherOp>>(patterns.getContext());
}

} // namespace wasmind::graph
