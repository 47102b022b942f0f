//===- ApplyRewrites.h - the greedy driver, as this stage uses it -------------------------------------------------===//
#pragma once
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace wasmind::graph {

/// mlir::applyPatternsGreedily. In builds with assertions, a pattern that changes anything and then returns failure
/// ends the process with the pattern's name: a driver takes a failed pattern to have left everything as it was.
llvm::LogicalResult applyRewrites(mlir::Operation *root, mlir::RewritePatternSet patterns,
                                  mlir::GreedyRewriteConfig config = {});

} // namespace wasmind::graph
