//===- Pipeline.cpp - the rewrites of the graph stage in order ----------------------------------------------------===//
#include "compiler/diagnostics/FirstError.h"
#include "compiler/graph/Passes.h"
#include "mlir/Transforms/Passes.h"

namespace wasmind::graph {

void buildGraphPipeline(mlir::OpPassManager &manager) {
  // Before quantised weights become floats.
  manager.addPass(createIntegerProducts());
  // Weights as the primitives want them, branches decided, shape arithmetic gone.
  manager.addPass(createFoldConstants());
  manager.addPass(createSimplifyShapes());
  manager.addPass(mlir::createCSEPass());
  manager.addPass(createRaiseCompute());
  // Before transposes move: it makes transposes and weights of its own.
  manager.addPass(createExpandTransposedConvolve());
  manager.addPass(createFoldConstants());
  manager.addPass(createSinkTransposes());
  // Divisions by constants become factors, which the next pass moves into weights.
  manager.addPass(createSimplifyArithmetic());
  // Sees channels as last dimensions only after the transposes are gone.
  manager.addPass(createFoldBatchNorm());
  // The reshapes and constants that transposes left behind.
  manager.addPass(createSimplifyShapes());
  manager.addPass(createFoldConstants());
  manager.addPass(mlir::createCSEPass());
  manager.addPass(createVerifyGraph());
}

llvm::Error rewrite(mlir::ModuleOp graph) {
  FirstError error(graph.getContext());
  mlir::PassManager passes(graph.getContext());
  buildGraphPipeline(passes);
  return mlir::succeeded(passes.run(graph)) ? llvm::Error::success() : error.take("the graph stage failed");
}

} // namespace wasmind::graph
