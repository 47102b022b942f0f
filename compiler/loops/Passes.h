//===- Passes.h - the steps from the graph to dispatches ----------------------------------------------------------===//
#pragma once
#include "compiler/loops/Loops.h"
#include "compiler/loops/LoopsOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace wasmind::loops {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/loops/LoopsPasses.h.inc"

/// All passes of a model in order: to dispatches, to a planned schedule, and to code.
void buildDispatchPipeline(mlir::OpPassManager &manager, const Options &options);
void buildSchedulePipeline(mlir::OpPassManager &manager, const Options &options);
void buildEntryPipeline(mlir::OpPassManager &manager, const Options &options);

} // namespace wasmind::loops
