//===- ApplyRewrites.cpp ------------------------------------------------------------------------------------------===//
#include "compiler/graph/ApplyRewrites.h"
#include "llvm/Support/ErrorHandling.h"

using namespace mlir;

namespace wasmind::graph {
namespace {

/// Hears of every change and passes it on to the driver.
class Changes : public RewriterBase::ForwardingListener {
public:
  using ForwardingListener::ForwardingListener;
  bool any = false;

  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint previous) override {
    any = true;
    ForwardingListener::notifyOperationInserted(op, previous);
  }
  void notifyOperationModified(Operation *op) override {
    any = true;
    ForwardingListener::notifyOperationModified(op);
  }
  void notifyOperationReplaced(Operation *op, Operation *replacement) override {
    any = true;
    ForwardingListener::notifyOperationReplaced(op, replacement);
  }
  void notifyOperationReplaced(Operation *op, ValueRange replacement) override {
    any = true;
    ForwardingListener::notifyOperationReplaced(op, replacement);
  }
  void notifyOperationErased(Operation *op) override {
    any = true;
    ForwardingListener::notifyOperationErased(op);
  }
};

/// A pattern with the check around it.
class Checked : public RewritePattern {
public:
  /// Asks the pattern about operations of its own kind, or about any.
  static std::unique_ptr<RewritePattern> around(std::unique_ptr<RewritePattern> pattern, MLIRContext *context) {
    assert(!pattern->getRootInterfaceID() && !pattern->getRootTraitID() && "not wrapped here");
    std::optional<OperationName> kind = pattern->getRootKind();
    return std::unique_ptr<RewritePattern>(kind ? new Checked(kind->getStringRef(), std::move(pattern), context)
                                                : new Checked(std::move(pattern), context));
  }

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    OpBuilder::Listener *driver = rewriter.getListener();
    Changes changes(driver);
    rewriter.setListener(&changes);
    LogicalResult result = pattern->matchAndRewrite(op, rewriter);
    rewriter.setListener(driver);
    if (failed(result) && changes.any)
      llvm::report_fatal_error("the pattern " + pattern->getDebugName() + " failed after it had changed something",
                               /*gen_crash_diag=*/false);
    return result;
  }

private:
  Checked(StringRef kind, std::unique_ptr<RewritePattern> pattern, MLIRContext *context)
      : RewritePattern(kind, pattern->getBenefit(), context), pattern(std::move(pattern)) {}
  Checked(std::unique_ptr<RewritePattern> pattern, MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), pattern->getBenefit(), context), pattern(std::move(pattern)) {}

  std::unique_ptr<RewritePattern> pattern;
};

} // namespace

LogicalResult applyRewrites(Operation *root, RewritePatternSet patterns, GreedyRewriteConfig config) {
#ifndef NDEBUG
  for (std::unique_ptr<RewritePattern> &pattern : patterns.getNativePatterns())
    pattern = Checked::around(std::move(pattern), root->getContext());
#endif
  return applyPatternsGreedily(root, std::move(patterns), config);
}

} // namespace wasmind::graph
