//===- LowerToLoops.cpp - the loops stage on one page -------------------------------------------------------------------===//
//
// groups -> kernels (functions over pointers) -> memory plan -> the entry function that calls the kernels in order.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Kernel.h"
#include "compiler/loops/Plan.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

LogicalResult lowerGroup(KernelContext &context) {
  const Group &group = context.group;
  switch (group.kind) {
  case GroupKind::Elementwise:
    context.record.kind = isa<GatherOp>(group.root) ? "gather" : "elementwise";
    return lowerElementwise(context);
  case GroupKind::Contract:
    context.record.kind = "contract";
    return lowerContract(context);
  case GroupKind::Convolve:
    context.record.kind = "convolve";
    return lowerConvolve(context);
  case GroupKind::Window:
    context.record.kind = "window";
    return lowerWindow(context);
  case GroupKind::Reduce:
    context.record.kind = "reduce";
    return lowerReduce(context);
  case GroupKind::Row:
    context.record.kind = "row";
    return lowerRow(context);
  case GroupKind::Single:
    break;
  }
  context.record.kind = group.root->getName().stripDialect().str();
  if (isa<ConcatOp>(group.root))
    return lowerConcat(context);
  if (isa<PadOp>(group.root))
    return lowerPad(context);
  if (isa<ArgReduceOp>(group.root))
    return lowerArgReduce(context);
  if (isa<ScanOp>(group.root))
    return lowerScan(context);
  if (isa<TopKOp>(group.root))
    return lowerTopK(context);
  if (isa<ScatterOp>(group.root))
    return lowerScatter(context);
  if (isa<ComputeOp>(group.root))
    return lowerStructured(context);
  return context.fail("it has no lowering to loops; rewrite the model without it");
}

std::string shapeText(Kernels &kernels, Type tensor) {
  std::string text;
  for (AffineExpr extent : getExtents(tensor))
    text += (text.empty() ? "" : "x") + toString(extent, kernels.dims);
  return text.empty() ? "scalar" : text;
}

std::string shapeOf(Kernels &kernels, const Group &group) {
  if (group.anchors.size() == 1 && isa<ContractOp, ConvolveOp>(group.anchors[0]))
    return shapeText(kernels, group.anchors[0]->getOperand(0).getType()) + "*" +
           shapeText(kernels, group.anchors[0]->getOperand(1).getType());
  if (!group.anchors.empty())
    return shapeText(kernels, group.anchors[0]->getOperand(0).getType());
  return group.root->getNumResults() ? shapeText(kernels, group.root->getResult(0).getType()) : "";
}

/// Copies each result that is not computed into memory of its own (an input, a constant, another result, a second name)
/// so that every output slot is written by one kernel.
void separateResults(func::FuncOp function) {
  Operation *end = function.getBody().front().getTerminator();
  OpBuilder builder(end);
  DenseSet<Value> taken;
  for (OpOperand &operand : end->getOpOperands()) {
    Value storage = storageOf(operand.get());
    Operation *producer = storage.getDefiningOp();
    if (!producer || isa<ConstantOp>(producer) || storage != operand.get() || !taken.insert(storage).second)
      operand.set(BroadcastOp::create(builder, end->getLoc(), operand.get().getType(), operand.get()));
  }
}

class Lowering {
public:
  Lowering(ModuleOp graph, const Options &options) : graph(graph), options(options) {
    MLIRContext *context = graph.getContext();
    context->loadDialect<func::FuncDialect, arith::ArithDialect, math::MathDialect, scf::SCFDialect, vector::VectorDialect,
                         LLVM::LLVMDialect>();
    program.code = ModuleOp::create(UnknownLoc::get(context));
  }

  FailureOr<Program> run() {
    auto entry = graph.lookupSymbol<func::FuncOp>("run");
    if (!entry)
      return graph.emitError("has no function @run");
    separateResults(entry);
    Kernels kernels(graph, *program.code, options);
    Block &body = entry.getBody().front();
    for (Group &group : formGroups(body)) {
      if (failed(lower(kernels, group)))
        return failure();
    }
    MemoryPlan plan(kernels, program);
    if (failed(plan.run(entry, calls)))
      return failure();
    emitEntry(kernels, entry, plan);
    return std::move(program);
  }

private:
  ModuleOp graph;
  const Options &options;
  Program program;
  std::vector<KernelCall> calls;

  LogicalResult lower(Kernels &kernels, Group &group) {
    KernelContext context(kernels, group);
    context.record.shape = shapeOf(kernels, group);
    if (failed(lowerGroup(context)))
      return failure();
    context.emitter.finish();
    KernelCall call;
    call.operands.assign(context.operands.begin(), context.operands.end());
    call.outputs.assign(group.root->getResults().begin(), group.root->getResults().end());
    func::FuncOp function = context.emitter.function;
    function.setType(FunctionType::get(function.getContext(), function.getBody().getArgumentTypes(), {}));
    call.callee = kernels.intern(function);
    calls.push_back(call);
    for (KernelRecord &known : program.kernels)
      if (known.name == call.callee && known.shape == context.record.shape) {
        ++known.calls;
        return success();
      }
    context.record.name = call.callee;
    context.record.calls = 1;
    program.kernels.push_back(context.record);
    return success();
  }

  void emitEntry(Kernels &kernels, func::FuncOp entry, MemoryPlan &plan) {
    Emitter e(*program.code, entry.getLoc(), "run", {}, kernels.extentAddresses, /*noinline=*/false);
    e.function.setPublic();
    e.function->setAttr("wasmind.export", e.getStringAttr("run"));
    e.function.setType(e.getFunctionType({}, e.getI32Type()));
    for (const ExtentSlot &slot : program.extents)
      if (slot.derived)
        e.storeAt(e.index(slot.expression), LLVM::IntToPtrOp::create(e, e.pointerType(), e.i32(slot.offset)), 4);
    for (const KernelCall &call : calls) {
      SmallVector<Value> arguments;
      for (const KernelOperand &operand : call.operands)
        arguments.push_back(LLVM::IntToPtrOp::create(e, e.pointerType(), e.i32(plan.addressOf(operand, call))));
      func::CallOp::create(e, call.callee, TypeRange(), arguments);
    }
    func::ReturnOp::create(e, ValueRange(e.i32(0)));
  }
};

} // namespace

llvm::Expected<Program> lowerToLoops(ModuleOp graph, const Options &options) {
  std::string message;
  ScopedDiagnosticHandler handler(graph.getContext(), [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error || !message.empty())
      return success();
    llvm::raw_string_ostream stream(message);
    if (auto name = dyn_cast<NameLoc>(diagnostic.getLocation()))
      stream << "node '" << name.getName().getValue() << "': ";
    stream << diagnostic;
    return success();
  });
  FailureOr<Program> program = Lowering(graph, options).run();
  if (failed(program))
    return llvm::createStringError(message.empty() ? "lowering to loops failed" : message);
  return std::move(*program);
}

} // namespace wasmind::loops
