//===- ExpandTransposedConvolve.cpp - transposed convolutions in terms of what has a kernel -----------------------===//
//
// Where stride = kernel, every output element has one input element: a product with all taps at once, whose results are
// then laid out. Elsewhere the input is spread by the strides and convolved with the reversed kernel (Dumoulin and
// Visin, "A guide to convolution arithmetic for deep learning", section 4).
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/ApplyRewrites.h"
#include "compiler/graph/Compose.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/WindowAttributes.h"

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_EXPANDTRANSPOSEDCONVOLVE
#include "compiler/graph/GraphPasses.h.inc"

namespace {

Value expandDisjoint(Compose &builder, ConvolveOp op) {
  unsigned spatial = op.getStrides().getNumResults();
  // x [N, s..., C] times weights [k..., C, O] gives [N, s..., k..., O]; then each k goes behind its s.
  int64_t rank = spatial + 2;
  auto product = ContractOp::create(builder, op.getLoc(), op.getInput(), op.getWeights(), ArrayRef<int64_t>{},
                                    ArrayRef<int64_t>{}, ArrayRef<int64_t>{rank - 1}, ArrayRef<int64_t>{spatial});
  SmallVector<int64_t> permutation{0};
  for (unsigned i = 0; i < spatial; ++i)
    permutation.append({1 + i, 1 + spatial + i});
  permutation.push_back(1 + 2 * spatial);
  return builder.reshape(builder.transpose(product, permutation), getExtents(op.getType()));
}

Value expandSpread(Compose &builder, ConvolveOp op) {
  SmallVector<int64_t> strides = op.getStrides().getConstantResults(), padLow = op.getPadLow().getConstantResults(),
                       padHigh = op.getPadHigh()->getConstantResults(),
                       dilations = op.getDilations().getConstantResults();
  unsigned spatial = strides.size();
  Value x = op.getInput();
  Type element = builder.elementOf(x);
  SmallVector<int64_t> none(spatial + 2, 0), interior(spatial + 2, 0), low, high, ones(spatial, 1);
  auto weightsType = cast<RankedTensorType>(op.getWeights().getType());
  for (unsigned i = 0; i < spatial; ++i) {
    interior[i + 1] = strides[i] - 1;
    int64_t reach = dilations[i] * (weightsType.getDimSize(i) - 1);
    low.push_back(reach - padLow[i]);
    high.push_back(reach - padHigh[i]);
  }
  x = builder.pad(x, builder.scalar(element, 0), none, none, interior);
  auto reversed =
      ReverseOp::create(builder, op.getLoc(), op.getWeights(), llvm::to_vector(llvm::seq<int64_t>(0, spatial)));
  return ConvolveOp::create(builder, op.getLoc(), x, reversed, ones, low, high, dilations,
                            *constantOf(op.getGroupCount()), false);
}

struct Expand : OpRewritePattern<ConvolveOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvolveOp op, PatternRewriter &rewriter) const override {
    if (!op.getTransposed())
      return failure();
    auto weights = cast<RankedTensorType>(op.getWeights().getType());
    bool disjoint = isOne(op.getGroupCount()) && areAll(op.getPadLow(), 0) && areAll(*op.getPadHigh(), 0);
    for (auto [i, stride] : llvm::enumerate(op.getStrides().getConstantResults()))
      disjoint &= stride == weights.getDimSize(i) && (isOne(op.getDilations().getResult(i)) || stride == 1);
    for (AffineExpr extent : getExtents(op.getInput().getType()))
      if (constantOf(extent) == 0)
        return failure();
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    Value result = disjoint ? expandDisjoint(builder, op) : expandSpread(builder, op);
    assert(result && result.getType() == op.getType() && "a verified convolution can be expanded");
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct ExpandTransposedConvolve : impl::ExpandTransposedConvolveBase<ExpandTransposedConvolve> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Expand>(&getContext());
    if (failed(applyRewrites(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
} // namespace wasmind::graph
