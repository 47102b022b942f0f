#include "compiler/loops/LowerDispatches.h"
#include "compiler/loops/Checks.h"
#include "compiler/loops/Reductions.h"
#include "compiler/loops/Steps.h"
#include "compiler/loops/Strategy.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// What a dispatch computes, for reports.
std::string kindOf(const Group &group) {
  if (group.kind == DispatchKind::Single || isa<GatherOp>(group.root))
    return group.root->getName().stripDialect().str();
  return stringifyDispatchKind(group.kind).str();
}

LogicalResult lowerGroup(KernelContext &context) {
  auto dispatch = cast<DispatchOp>(context.group.root->getParentOp());
  const Strategy *strategy = dispatch.getStrategy() ? strategyNamed(*dispatch.getStrategy()) : nullptr;
  if (!strategy)
    return context.fail(dispatch.getStrategy() ? "no strategy is called '" + *dispatch.getStrategy() + "'"
                                               : Twine("it has no strategy; --loops-choose-strategy gives it one"));
  const Kernels &kernels = context.kernels;
  if (!strategy->applies({context.group, kernels.options, kernels.dims})) // memory was counted when it was chosen
    return context.fail("the strategy '" + strategy->name + "' does not apply to it");
  context.record.kind = kindOf(context.group);
  context.record.strategy = strategy->name.str();
  return strategy->lower(context);
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

class Lowering {
public:
  explicit Lowering(Kernels &kernels) : kernels(kernels) {}

  FailureOr<Lowered> run(func::FuncOp entry, const Checks *checks) {
    if (checks && checks->areRequired(-1))
      add(KernelCall::Form::Check, plainStep("check"));
    if (failed(lowerBlock(entry.getBody().front())))
      return failure();
    if (checks && checks->areNeeded())
      add(KernelCall::Form::Publish, plainStep("publish"));
    kernels.finish();
    return std::move(lowered);
  }

private:
  Kernels &kernels;
  Lowered lowered;

  LogicalResult lowerBlock(Block &block) {
    for (Operation &op : block.without_terminator()) {
      LogicalResult lowered = success(); // of constants and reshapes there is nothing to do
      if (auto dispatch = dyn_cast<DispatchOp>(op))
        lowered = lower(dispatch);
      else if (auto loop = dyn_cast<LoopOp>(op))
        lowered = lowerLoop(loop);
      else if (auto branch = dyn_cast<IfOp>(op))
        lowered = lowerIf(branch);
      else if (auto measure = dyn_cast<MeasureOp>(op))
        lowered = lowerMeasure(measure);
      if (failed(lowered))
        return failure();
    }
    return success();
  }

  static KernelOperand operandOf(Value tensor) {
    KernelOperand operand;
    operand.tensor = storageOf(tensor);
    return operand;
  }
  void add(KernelCall::Form form, abi::Step step, ArrayRef<Value> tensors = {}) {
    KernelCall call;
    call.form = form;
    call.step = std::move(step);
    for (Value tensor : tensors)
      call.operands.push_back(operandOf(tensor));
    lowered.calls.push_back(std::move(call));
  }
  void addCopy(Value from, Value to) {
    if (storageOf(from) == storageOf(to))
      return;
    auto tensor = cast<RankedTensorType>(from.getType());
    add(KernelCall::Form::Copy, copyStep(kernels, to.getLoc(), tensor), {from, to});
    lowered.calls.back().copied = tensor;
  }

  LogicalResult lowerLoop(LoopOp loop) {
    Block &body = loop.getBody().front();
    for (auto [initial, result] : llvm::zip(loop.getCarried(), loop.getResults()))
      addCopy(initial, result);
    add(KernelCall::Form::Loop, plainStep("loop", loop.getLoc()),
        {loop.getTripCount(), loop.getCondition(), body.getArgument(0)});
    if (failed(lowerBlock(body)))
      return failure();
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      addCopy(value, i == 0 ? loop.getCondition() : loop.getResult(i - 1));
    add(KernelCall::Form::End, {});
    return success();
  }

  LogicalResult lowerMeasure(MeasureOp measure) {
    add(KernelCall::Form::Measure, plainStep("measure", measure.getLoc()), {measure.getValue()});
    lowered.calls.back().dim = measure.getDim();
    return success();
  }

  LogicalResult lowerIf(IfOp branch) {
    add(KernelCall::Form::Then, plainStep("branch", branch.getLoc()), branch.getCondition());
    for (Region *region : {&branch.getThenRegion(), &branch.getElseRegion()}) {
      if (region == &branch.getElseRegion())
        add(KernelCall::Form::Else, {});
      if (failed(lowerBlock(region->front())))
        return failure();
      for (auto [value, result] : llvm::zip(region->front().getTerminator()->getOperands(), branch.getResults()))
        addCopy(value, result);
    }
    add(KernelCall::Form::End, {});
    return success();
  }

  LogicalResult lower(DispatchOp dispatch) {
    const Group group(dispatch);
    KernelContext context(kernels, group);
    context.record.shape = shapeOf(kernels, group);
    for (Operation *member : group.members)
      context.record.flops += operationsOf(kernels, member);
    if (failed(lowerGroup(context)))
      return failure();
    KernelCall call;
    call.operands.assign(context.operands.begin(), context.operands.end());
    call.outputs.assign(dispatch.getOutputs().begin(), dispatch.getOutputs().end());
    call.inPlace = context.inPlace;
    call.callee = context.finish();
    call.step = stepOf(kernels, group, context.record);
    lowered.calls.push_back(call);
    for (KernelRecord &known : lowered.records)
      if (known.name == call.callee && known.shape == context.record.shape) {
        ++known.calls;
        return success();
      }
    context.record.calls = 1;
    lowered.records.push_back(context.record);
    return success();
  }
};

} // namespace

FailureOr<Lowered> lowerDispatches(Kernels &kernels, func::FuncOp entry, const Checks *checks) {
  return Lowering(kernels).run(entry, checks);
}

} // namespace wasmind::loops
