//===- SimplifyShapes.cpp - canonical movement, and shape arithmetic that the bounds decide -----------------------===//
#include "compiler/graph/ApplyRewrites.h"
#include "compiler/graph/Compose.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/ShapeValues.h"
#include "compiler/graph/Structured.h"
#include "compiler/graph/Transposes.h"
#include "compiler/graph/WindowAttributes.h"

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_SIMPLIFYSHAPES
#include "compiler/graph/GraphPasses.h.inc"

namespace {

bool allEqual(ArrayRef<int64_t> values, int64_t value) {
  return llvm::all_of(values, [=](int64_t v) { return v == value; });
}

Compose composeAt(Operation *op, PatternRewriter &rewriter) {
  Compose builder(op->getLoc(), rewriter);
  builder.setInsertionPoint(op);
  return builder;
}

//===- Shape arithmetic -------------------------------------------------------------------------------------------===//

/// Small integers that are known become a constant, or the extent they are; decided bools a constant.
struct EvaluateShapeArithmetic : RewritePattern {
  EvaluateShapeArithmetic(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa<UnaryOp, BinaryOp, CompareOp, SelectOp, ReduceOp, GatherOp, SliceOp, ConcatOp, CastOp, ReshapeOp>(op))
      return failure();
    Value value = op->getResult(0);
    auto type = cast<RankedTensorType>(value.getType());
    Type element = type.getElementType();
    if (!isa<IntegerType>(element) || !type.hasStaticShape() || type.getNumElements() == 0 || isDead(op))
      return failure();
    SmallVector<int64_t> known;
    if (element.isInteger(1)) {
      auto truths = truthValue(value);
      if (!truths)
        return failure();
      known.assign(truths->begin(), truths->end());
    } else {
      auto elements = shapeElements(value);
      if (!elements)
        return failure();
      for (AffineExpr e : *elements)
        if (auto constant = constantOf(e))
          known.push_back(*constant);
      if (known.empty() && elements->size() == 1)
        return becomeExtent(op, elements->front(), rewriter);
      if (known.size() != elements->size())
        return failure();
    }
    std::vector<char> bytes(known.size() * byteWidth(element));
    for (auto [i, number] : llvm::enumerate(known))
      storeInteger(element, number, bytes.data() + i * byteWidth(element));
    rewriter.replaceOp(op, makeConstant(rewriter, op->getLoc(), type, ArrayRef<char>(bytes)));
    return success();
  }

private:
  static bool isDead(Operation *op) { return op->use_empty(); }

  /// Not for what an extent is already worth up to its shape and type.
  static LogicalResult becomeExtent(Operation *op, AffineExpr value, PatternRewriter &rewriter) {
    if (isa<CastOp, ReshapeOp, ConcatOp>(op))
      return failure();
    Compose builder = composeAt(op, rewriter);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value extent = builder.cast(builder.extent(value), type.getElementType());
    rewriter.replaceOp(op, builder.reshape(extent, type.getShape()));
    return success();
  }
};

/// A choice with a known condition is one of its sides.
struct DecideSelect : OpRewritePattern<SelectOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SelectOp op, PatternRewriter &rewriter) const override {
    std::optional<bool> which;
    if (auto splat = splatDouble(op.getCondition()))
      which = *splat != 0;
    else if (auto truths = truthValue(op.getCondition()); truths && llvm::all_equal(*truths) && !truths->empty())
      which = truths->front();
    if (!which)
      return failure();
    Value side = *which ? op.getOnTrue() : op.getOnFalse();
    if (side.getType() == op.getType()) {
      rewriter.replaceOp(op, side);
      return success();
    }
    for (auto [own, wanted] : llvm::zip_equal(getExtents(side.getType()), getExtents(op.getType())))
      if (own != wanted && !isOne(own))
        return failure();
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), side);
    return success();
  }
};

//===- Movement ---------------------------------------------------------------------------------------------------===//

/// A gather by constant indices that lie evenly is a slice.
struct GatherToSlice : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op, PatternRewriter &rewriter) const override {
    auto indices = constantIntegers(op.getIndices());
    if (!indices || indices->empty() || op.getBatchDims() != 0)
      return failure();
    AffineExpr extent = getExtents(op.getData().getType())[op.getDim()];
    auto known = constantOf(extent);
    for (int64_t &index : *indices) {
      if (known) {
        index = index < 0 ? index + *known : index;
        index = std::min(std::max<int64_t>(index, 0), *known - 1);
      }
      if (index < 0 && indices->size() > 1)
        return failure();
    }
    // A run-time extent might be smaller than the indices, which are clamped then.
    int64_t least = known ? *known : boundsOf(extent, namedDimsAround(op)).min;
    int64_t first = indices->front(), step = indices->size() > 1 ? (*indices)[1] - first : 1;
    int64_t reach = *std::max_element(indices->begin(), indices->end());
    if (step < 1 || std::max(reach, -first - 1) >= least)
      return failure();
    for (auto [i, index] : llvm::enumerate(*indices))
      if (index != first + int64_t(i) * step)
        return failure();
    Compose builder = composeAt(op, rewriter);
    AffineExpr start = first < 0 ? extent + first : builder.getAffineConstantExpr(first);
    Value slice =
        builder.sliceDim(op.getData(), op.getDim(), start, builder.getAffineConstantExpr(indices->size()), step);
    Value result = builder.reshape(slice, getExtents(op.getType()));
    assert(result && "as many indices as the slice has elements along their dimension");
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// slice (slice x) -> slice x
struct JoinSlices : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<SliceOp>();
    if (!inner)
      return failure();
    SmallVector<AffineExpr> starts, from = getExtents(inner.getInput().getType()), to = getExtents(op.getType());
    SmallVector<int64_t> strides;
    Dims dims = namedDimsAround(op);
    for (unsigned i = 0; i < op.getStrides().size(); ++i) {
      int64_t step = inner.getStrides()[i];
      starts.push_back(normalise(inner.getStarts().getResult(i) + op.getStarts().getResult(i) * step));
      strides.push_back(step * op.getStrides()[i]);
      if (strides.back() >= std::numeric_limits<int32_t>::max() ||
          !staysInside(starts.back(), to[i], strides.back(), from[i], dims)) // true, but the proof is not found
        return failure();
    }
    auto map = AffineMap::get(0, symbolCountOf(starts), starts, op.getContext());
    rewriter.replaceOpWithNewOp<SliceOp>(op, op.getType(), inner.getInput(), map, strides);
    return success();
  }
};

/// Inputs without elements vanish from a concat, and a concat along the same dimension that nobody else reads opens up.
struct FlattenConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    for (Value input : op.getInputs()) {
      if (constantOf(getExtents(input.getType())[op.getDim()]) == 0)
        continue;
      auto inner = input.getDefiningOp<ConcatOp>();
      if (inner && inner.getDim() == op.getDim() && inner->hasOneUse())
        llvm::append_range(inputs, inner.getInputs());
      else
        inputs.push_back(input);
    }
    if (inputs.empty() || llvm::equal(inputs, op.getInputs()))
      return failure();
    if (inputs.size() == 1)
      rewriter.replaceOp(op, inputs[0]);
    else
      rewriter.replaceOpWithNewOp<ConcatOp>(op, inputs, op.getDim());
    return success();
  }
};

/// Slices of one tensor that a concat puts together again are one slice.
struct MergeSlices : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    for (Value input : op.getInputs()) {
      auto before = inputs.empty() ? SliceOp() : inputs.back().getDefiningOp<SliceOp>();
      auto next = input.getDefiningOp<SliceOp>();
      if (before && next && areNeighbours(before, next, op.getDim()))
        inputs.back() = merged(before, next, op.getDim(), rewriter);
      else
        inputs.push_back(input);
    }
    if (inputs.size() == op.getInputs().size())
      return failure();
    rewriter.replaceOpWithNewOp<ConcatOp>(op, inputs, op.getDim());
    return success();
  }

private:
  static bool areNeighbours(SliceOp before, SliceOp next, uint64_t dim) {
    SmallVector<AffineExpr> end(before.getStarts().getResults());
    end[dim] = normalise(end[dim] + getExtents(before.getType())[dim]);
    return before.getInput() == next.getInput() && before.getStrides() == next.getStrides() &&
           before.getStrides()[dim] == 1 && llvm::equal(end, next.getStarts().getResults());
  }

  static Value merged(SliceOp before, SliceOp next, uint64_t dim, PatternRewriter &rewriter) {
    SmallVector<AffineExpr> extents = getExtents(before.getType());
    extents[dim] = normalise(extents[dim] + getExtents(next.getType())[dim]);
    Type type = makeTensorType(extents, cast<RankedTensorType>(before.getType()).getElementType());
    return rewriter.createOrFold<SliceOp>(next.getLoc(), type, before.getInput(), before.getStarts(),
                                          before.getStrides());
  }
};

/// Elementwise operations repeat extents of 1 themselves.
struct DropBroadcast : RewritePattern {
  DropBroadcast(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa<BinaryOp, CompareOp, SelectOp>(op))
      return failure();
    for (OpOperand &operand : op->getOpOperands()) {
      auto broadcast = operand.get().getDefiningOp<BroadcastOp>();
      if (!broadcast || !othersGive(op, operand, broadcast))
        continue;
      rewriter.modifyOpInPlace(op, [&] { operand.set(broadcast.getInput()); });
      return success();
    }
    return failure();
  }

private:
  /// Whether the other operands have the result's extent wherever the broadcast repeats.
  static bool othersGive(Operation *op, OpOperand &operand, BroadcastOp broadcast) {
    SmallVector<AffineExpr> from = getExtents(broadcast.getInput().getType()), to = getExtents(broadcast.getType());
    for (unsigned i = 0; i < from.size(); ++i) {
      if (from[i] == to[i])
        continue;
      bool given = llvm::any_of(op->getOpOperands(), [&](OpOperand &other) {
        return &other != &operand && other.get() != operand.get() && getExtents(other.get().getType())[i] == to[i];
      });
      if (!given)
        return false;
    }
    return true;
  }
};

/// Operations that change nothing, or nothing but the shape.
struct DropTrivial : RewritePattern {
  DropTrivial(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (auto pad = dyn_cast<PadOp>(op))
      return replaceIf(allEqual(pad.getLow(), 0) && allEqual(pad.getHigh(), 0) && allEqual(pad.getInterior(), 0), op,
                       pad.getInput(), rewriter);
    if (auto window = dyn_cast<WindowOp>(op))
      return replaceIf(areAll(window.getSizes(), 1) && areAll(window.getStrides(), 1) && areAll(window.getPadLow(), 0),
                       op, window.getInput(), rewriter);
    if (auto reverse = dyn_cast<ReverseOp>(op)) {
      SmallVector<AffineExpr> extents = getExtents(reverse.getType());
      return replaceIf(llvm::all_of(reverse.getDims(), [&](int64_t dim) { return isOne(extents[dim]); }), op,
                       reverse.getInput(), rewriter);
    }
    if (auto transpose = dyn_cast<TransposeOp>(op)) {
      if (!movesOnlyUnitExtents(transpose.getInput().getType(), transpose.getPermutation()))
        return failure();
      rewriter.replaceOp(op, makeTranspose(rewriter, op->getLoc(), transpose.getInput(), transpose.getPermutation()));
      return success();
    }
    if (auto reduce = dyn_cast<ReduceOp>(op)) { // one element reduced is itself
      SmallVector<AffineExpr> extents = getExtents(reduce.getInput().getType()), rest;
      SmallVector<int64_t> dims;
      for (int64_t dim : reduce.getDims())
        if (!isOne(extents[dim]))
          dims.push_back(dim);
      if (dims.size() == reduce.getDims().size() && !dims.empty())
        return failure();
      Compose builder = composeAt(op, rewriter);
      Value result = builder.reduce(reduce.getKind(), reduce.getInput(), dims, false);
      rewriter.replaceOp(op, builder.reshape(result, getExtents(reduce.getType())));
      return success();
    }
    return failure();
  }

private:
  static LogicalResult replaceIf(bool trivial, Operation *op, Value input, PatternRewriter &rewriter) {
    if (!trivial || input.getType() != op->getResult(0).getType())
      return failure();
    rewriter.replaceOp(op, input);
    return success();
  }
};

struct SimplifyShapes : impl::SimplifyShapesBase<SimplifyShapes> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<EvaluateShapeArithmetic, DecideSelect, GatherToSlice, JoinSlices, FlattenConcat, MergeSlices,
                 DropBroadcast, DropTrivial>(&getContext());
    if (failed(applyRewrites(getOperation(), std::move(patterns))))
      getOperation().emitWarning("shape arithmetic did not come to rest");
  }
};
} // namespace
} // namespace wasmind::graph
