//===- Passes.h - the rewrites of the graph stage -----------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace wasmind::graph {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/graph/GraphPasses.h.inc"

/// All rewrites in order, then the verifier.
void buildGraphPipeline(mlir::OpPassManager &manager);

/// Runs them on a graph module. The error is the first diagnostic, with its node's name.
llvm::Error rewrite(mlir::ModuleOp graph);

} // namespace wasmind::graph
