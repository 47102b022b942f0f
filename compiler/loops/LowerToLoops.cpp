//===- LowerToLoops.cpp - the loops stage on one page -------------------------------------------------------------===//
//
// graph -> dispatches -> kernels (functions over pointers) and a schedule that calls them -> where its memory is -> the
// entry that does it. A model's memory is planned, that of an operator its caller's and workspace.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/diagnostics/FirstError.h"
#include "compiler/loops/Passes.h"
#include "compiler/loops/Plan.h"
#include "compiler/loops/Steps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

void buildDispatchPipeline(OpPassManager &manager, const Options &options) {
  manager.addPass(createPrepare());
  manager.addPass(createJoinParts());
  manager.addPass(createFormDispatches());
  ChooseStrategyOptions choice;
  choice.winograd = options.winograd;
  manager.addPass(createChooseStrategy(choice));
}

void buildSchedulePipeline(OpPassManager &manager, const Options &options) {
  LowerDispatchesOptions lowering;
  lowering.relaxedSimd = options.relaxedSimd;
  lowering.base = options.base;
  manager.addPass(createLowerDispatches(lowering));
  PlanMemoryOptions plan;
  plan.base = options.base;
  plan.limit = options.limit;
  plan.profile = options.profile;
  manager.addPass(createPlanMemory(plan));
}

void buildEntryPipeline(OpPassManager &manager, const Options &options) {
  EmitEntryOptions entry;
  entry.profile = options.profile;
  manager.addPass(createEmitEntry(entry));
}

namespace {

LogicalResult run(ModuleOp module, llvm::function_ref<void(OpPassManager &)> build) {
  PassManager passes(module.getContext());
  passes.enableVerifier(false); // verifyCode verifies what is left
  build(passes);
  return passes.run(module);
}

func::FuncOp scheduleOf(ModuleOp module) { return module.lookupSymbol<func::FuncOp>("run"); }

FailureOr<Program> lowerModel(ModuleOp dispatches, const Options &options) {
  OwningOpRef<ModuleOp> code = dispatches.clone();
  if (failed(run(*code, [&](OpPassManager &passes) { buildSchedulePipeline(passes, options); }))) {
    releaseConstants(*code);
    return failure();
  }
  Program program = describeProgram(scheduleOf(*code), options.profile);
  if (failed(run(*code, [&](OpPassManager &passes) { buildEntryPipeline(passes, options); })))
    return failure();
  program.code = std::move(code);
  return program;
}

FailureOr<std::vector<KernelRecord>> lowerKernel(ModuleOp dispatches, const OperatorKernel &kernel,
                                                 const Options &options) {
  LowerDispatchesOptions lowering;
  lowering.relaxedSimd = options.relaxedSimd;
  lowering.prefix = kernel.name + "_";
  lowering.extents = kernel.extents;
  if (failed(run(dispatches, [&](OpPassManager &passes) { passes.addPass(createLowerDispatches(lowering)); })))
    return failure();
  std::vector<KernelRecord> records = kernelsOf(scheduleOf(dispatches));
  EmitOperatorEntryOptions entry;
  entry.name = kernel.name;
  entry.extents = kernel.extents;
  if (failed(run(dispatches, [&](OpPassManager &passes) { passes.addPass(createEmitOperatorEntry(entry)); })))
    return failure();
  return records;
}

/// Moves all of `from` to the end of `code`, but for what is there already: functions of runtime/guest, and a table of
/// extents with room for those of any kernel that shares it.
void append(ModuleOp from, ModuleOp code) {
  auto length = [](LLVM::GlobalOp table) { return cast<LLVM::LLVMArrayType>(table.getType()).getNumElements(); };
  for (Operation &op : llvm::make_early_inc_range(*from.getBody())) {
    Operation *known = code.lookupSymbol(SymbolTable::getSymbolName(&op));
    if (auto table = dyn_cast_or_null<LLVM::GlobalOp>(known);
        table && length(table) < length(cast<LLVM::GlobalOp>(op))) {
      table.erase();
      known = nullptr;
    }
    if (!known)
      op.moveBefore(code.getBody(), code.getBody()->end());
  }
}

} // namespace

llvm::Expected<OwningOpRef<ModuleOp>> formDispatches(ModuleOp graph, const Options &options) {
  FirstError first(graph.getContext());
  OwningOpRef<ModuleOp> dispatches = graph.clone();
  PassManager passes(graph.getContext());
  buildDispatchPipeline(passes, options);
  if (failed(passes.run(*dispatches)))
    return first.take("the loops stage failed");
  return std::move(dispatches);
}

llvm::Expected<Program> lowerDispatches(ModuleOp dispatches, const Options &options) {
  FirstError first(dispatches.getContext());
  FailureOr<Program> program = lowerModel(dispatches, options);
  if (failed(program))
    return first.take("the loops stage failed");
  if (llvm::Error error = verifyLoops(*program, options))
    return std::move(error);
  return std::move(*program);
}

llvm::Expected<Program> lowerToLoops(ModuleOp graph, const Options &options) {
  auto dispatches = formDispatches(graph, options);
  return dispatches ? lowerDispatches(**dispatches, options) : dispatches.takeError();
}

llvm::Expected<std::vector<KernelRecord>> lowerOperator(ModuleOp graph, const OperatorKernel &kernel, ModuleOp code,
                                                        const Options &options) {
  auto dispatches = formDispatches(graph, options);
  if (!dispatches)
    return dispatches.takeError();
  FirstError first(graph.getContext());
  FailureOr<std::vector<KernelRecord>> records = lowerKernel(**dispatches, kernel, options);
  if (failed(records))
    return first.take("the loops stage failed");
  append(**dispatches, code);
  if (llvm::Error error = verifyCode(code))
    return std::move(error);
  return std::move(*records);
}

} // namespace wasmind::loops
