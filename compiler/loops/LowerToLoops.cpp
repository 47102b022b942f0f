//===- LowerToLoops.cpp - the loops stage on one page -------------------------------------------------------------===//
//
// graph -> dispatches -> kernels (functions over pointers) -> where their operands lie -> the entry that calls them in
// order. A model's operands lie where the memory plan says, those of an operator where its caller and the workspace
// say.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/diagnostics/FirstError.h"
#include "compiler/loops/Checks.h"
#include "compiler/loops/EmitEntry.h"
#include "compiler/loops/LowerDispatches.h"
#include "compiler/loops/Passes.h"
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

namespace {

void loadDialects(MLIRContext *context) {
  context->loadDialect<func::FuncDialect, arith::ArithDialect, math::MathDialect, scf::SCFDialect,
                       vector::VectorDialect, LLVM::LLVMDialect>();
}

FailureOr<func::FuncOp> entryOf(ModuleOp dispatches) {
  auto entry = dispatches.lookupSymbol<func::FuncOp>("run");
  return entry ? FailureOr<func::FuncOp>(entry) : dispatches.emitError("has no function @run");
}

FailureOr<Program> lowerModel(ModuleOp dispatches, const Options &options) {
  Program program;
  program.code = ModuleOp::create(UnknownLoc::get(dispatches.getContext()));
  auto entry = entryOf(dispatches);
  if (failed(entry))
    return failure();
  Kernels kernels(dispatches, *program.code, options, "", {options.base, "", {}});
  const Checks checks(kernels);
  auto lowered = lowerDispatches(kernels, *entry, &checks);
  if (failed(lowered))
    return failure();
  MemoryPlan plan(kernels, program);
  if (failed(plan.run(*entry, lowered->calls)))
    return failure();
  emitEntry(kernels, *entry, lowered->calls, program, plan, checks);
  program.kernels = std::move(lowered->records);
  program.steps = stepsOf(lowered->calls);
  if (options.profile && !kernels.preparations.empty())
    program.steps.insert(program.steps.begin(), prepareStep(kernels));
  return program;
}

/// The table has room for as many dimensions as any kernel that shares it.
void declareExtents(ModuleOp code, StringRef symbol, size_t count) {
  if (auto known = code.lookupSymbol<LLVM::GlobalOp>(symbol)) {
    if (cast<LLVM::LLVMArrayType>(known.getType()).getNumElements() >= count)
      return;
    known.erase();
  }
  OpBuilder builder = OpBuilder::atBlockBegin(code.getBody());
  Type type = LLVM::LLVMArrayType::get(builder.getI32Type(), std::max<size_t>(count, 1));
  auto table = LLVM::GlobalOp::create(builder, code.getLoc(), type, /*isConstant=*/false, LLVM::Linkage::Internal,
                                      symbol, Attribute());
  builder.createBlock(&table.getInitializerRegion());
  LLVM::ReturnOp::create(builder, table.getLoc(), LLVM::ZeroOp::create(builder, table.getLoc(), type));
}

FailureOr<std::vector<KernelRecord>> lowerKernel(ModuleOp dispatches, const OperatorKernel &kernel, ModuleOp code,
                                                 const Options &options) {
  auto entry = entryOf(dispatches);
  if (failed(entry))
    return failure();
  Kernels kernels(dispatches, code, options, kernel.name + "_", {0, kernel.extents, {}});
  declareExtents(code, kernel.extents, kernels.dims.size());
  auto lowered = lowerDispatches(kernels, *entry, nullptr);
  if (failed(lowered))
    return failure();
  emitOperatorEntry(kernels, *entry, lowered->calls, kernel.name);
  return std::move(lowered->records);
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
  loadDialects(dispatches.getContext());
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
  loadDialects(graph.getContext());
  FailureOr<std::vector<KernelRecord>> records = lowerKernel(**dispatches, kernel, code, options);
  if (failed(records))
    return first.take("the loops stage failed");
  if (llvm::Error error = verifyCode(code))
    return std::move(error);
  return std::move(*records);
}

} // namespace wasmind::loops
