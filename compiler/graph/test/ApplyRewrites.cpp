// The check around patterns: one that fails has changed nothing.
#include "compiler/graph/ApplyRewrites.h"
#include "compiler/graph/test/Fixture.h"

using namespace mlir;
using namespace wasmind::graph;

namespace {

class ApplyRewrites : public GraphTest {};

/// Builds an operation, and then finds that it does not want it.
struct BuildsFirst : OpRewritePattern<UnaryOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(UnaryOp op, PatternRewriter &rewriter) const override {
    Value made = UnaryOp::create(rewriter, op.getLoc(), UnaryKind::Exp, op.getInput());
    rewriter.eraseOp(made.getDefiningOp());
    return failure();
  }
};

/// Changes an operation of any kind where it stands, and fails.
struct ModifiesFirst : RewritePattern {
  ModifiesFirst(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (isa<UnaryOp>(op))
      rewriter.modifyOpInPlace(op, [&] { op->setDiscardableAttr("touched", rewriter.getUnitAttr()); });
    return failure();
  }
};

/// Decides, then builds.
struct Decides : OpRewritePattern<UnaryOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(UnaryOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != UnaryKind::Neg)
      return failure();
    rewriter.replaceOpWithNewOp<UnaryOp>(op, UnaryKind::Abs, op.getInput());
    return success();
  }
};

TEST_F(ApplyRewrites, RunsPatterns) {
  begin({tensor({4})});
  end({builder.unary(UnaryKind::Exp, builder.unary(UnaryKind::Neg, arg(0)))});
  RewritePatternSet patterns(&context);
  patterns.add<Decides>(&context);
  ASSERT_TRUE(succeeded(applyRewrites(*module, std::move(patterns))));
  unsigned count = 0;
  module->walk([&](UnaryOp op) { count += op.getKind() == UnaryKind::Abs; });
  EXPECT_EQ(count, 1u);
}

#ifndef NDEBUG
TEST_F(ApplyRewrites, PatternsThatFailMustNotHaveChangedAnything) {
  begin({tensor({4})});
  end({builder.unary(UnaryKind::Neg, arg(0))});
  auto apply = [&](auto add) {
    RewritePatternSet patterns(&context);
    add(patterns);
    (void)applyRewrites(*module, std::move(patterns));
  };
  EXPECT_DEATH(apply([&](RewritePatternSet &patterns) { patterns.add<BuildsFirst>(&context); }),
               "BuildsFirst failed after it had changed something");
  EXPECT_DEATH(apply([&](RewritePatternSet &patterns) { patterns.add<ModifiesFirst>(&context); }),
               "ModifiesFirst failed after it had changed something");
}
#endif

} // namespace
