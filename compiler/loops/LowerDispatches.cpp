//===- LowerDispatches.cpp - dispatches to kernels and the schedule that calls them -------------------------------===//
#include "compiler/loops/Checks.h"
#include "compiler/loops/Passes.h"
#include "compiler/loops/Reductions.h"
#include "compiler/loops/Steps.h"
#include "compiler/loops/Strategy.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
#define GEN_PASS_DEF_LOWERDISPATCHES
#include "compiler/loops/LoopsPasses.h.inc"

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
  const ProgramBuilder &program = context.program;
  if (!strategy->applies({context.group, program.options, program.dims})) // memory was counted when it was chosen
    return context.fail("the strategy '" + strategy->name + "' does not apply to it");
  context.record.kind = kindOf(context.group);
  context.record.strategy = strategy->name.str();
  return strategy->lower(context);
}

std::string shapeText(ProgramBuilder &program, Type tensor) {
  std::string text;
  for (AffineExpr extent : getExtents(tensor))
    text += (text.empty() ? "" : "x") + toString(extent, program.dims);
  return text.empty() ? "scalar" : text;
}

std::string shapeOf(ProgramBuilder &program, const Group &group) {
  if (group.anchors.size() == 1 && isa<ContractOp, ConvolveOp>(group.anchors[0]))
    return shapeText(program, group.anchors[0]->getOperand(0).getType()) + "*" +
           shapeText(program, group.anchors[0]->getOperand(1).getType());
  if (!group.anchors.empty())
    return shapeText(program, group.anchors[0]->getOperand(0).getType());
  return group.root->getNumResults() ? shapeText(program, group.root->getResult(0).getType()) : "";
}

/// Builds the schedule of an entry. All memory is declared ahead of the steps, but for what one kernel works in.
class Lowering {
public:
  Lowering(ProgramBuilder &program, func::FuncOp entry)
      : program(program), schedule(entry.cloneWithoutRegions()), memory(entry.getContext()), steps(entry.getContext()) {
    memory.setInsertionPointToEnd(schedule.addEntryBlock());
    steps.setInsertionPointToEnd(&stepBlock);
    for (auto [old, argument] : llvm::zip(entry.getArguments(), schedule.getArguments()))
      memories[old] = argument;
  }

  /// Failure has been reported as a diagnostic. The schedule stands in no module yet.
  FailureOr<OwningOpRef<func::FuncOp>> run(func::FuncOp entry) {
    OwningOpRef<func::FuncOp> owned(schedule);
    emitCheck();
    if (failed(lowerBlock(entry.getBody().front()))) {
      stepBlock.clear(); // ahead of the memory
      return failure();
    }
    if (isAnythingMeasured)
      PublishOp::create(steps, UnknownLoc::get(steps.getContext()));
    Operation *end = entry.getBody().front().getTerminator();
    SmallVector<Value> results;
    for (Value result : end->getOperands())
      results.push_back(memoryOf(result));
    func::ReturnOp::create(steps, end->getLoc(), results);
    Block &body = schedule.getBody().front();
    body.getOperations().splice(body.end(), stepBlock.getOperations());
    return std::move(owned);
  }

private:
  ProgramBuilder &program;
  func::FuncOp schedule;
  Block stepBlock; ///< until all memory is known
  OpBuilder memory, steps;
  DenseMap<Value, Value> memories; ///< by what lies there
  DenseMap<Attribute, Value> constants;
  DenseMap<size_t, Value> prepared;
  bool isAnythingMeasured = false;

  //===- Memory ---------------------------------------------------------------------------------------------------===//

  Value constant(ElementsAttr elements, Location location) {
    Value &known = constants[elements];
    if (!known)
      known = ConstantOp::create(memory, location, elements.getType(), elements);
    return known;
  }
  Value text(StringRef text) {
    std::vector<char> bytes(text.begin(), text.end());
    bytes.push_back('\0');
    return constant(bytesAttribute(memory.getContext(), std::move(bytes)), UnknownLoc::get(memory.getContext()));
  }
  SmallVector<Value> texts(ArrayRef<Requirement> requirements) {
    return llvm::map_to_vector(requirements, [&](const Requirement &each) { return text(each.text); });
  }
  static RankedTensorType bytes(AffineExpr count) {
    return makeTensorType(count, IntegerType::get(count.getContext(), 8));
  }

  /// Where a tensor of the graph lies.
  Value memoryOf(Value tensor) {
    Value storage = storageOf(tensor);
    if (auto known = storage.getDefiningOp<ConstantOp>())
      return constant(known.getValue(), known.getLoc());
    Value &known = memories[storage];
    if (!known)
      known = BufferOp::create(memory, storage.getLoc(), storage.getType());
    return known;
  }

  Value preparationOf(size_t position) {
    Value &known = prepared[position];
    if (!known) {
      const Preparation &each = program.preparations[position];
      Value source = constant(each.source, each.location);
      known =
          PrepareOp::create(memory, each.location, bytes(getAffineConstantExpr(each.byteLength, memory.getContext())),
                            each.callee, source, each.sizes);
    }
    return known;
  }

  Value operandOf(const KernelOperand &operand, Location location) {
    if (operand.constant) {
      Value packed = constant(operand.constant, location);
      packed.getDefiningOp()->setAttr(packedAttribute, UnitAttr::get(packed.getContext()));
      return packed;
    }
    if (operand.preparation)
      return preparationOf(*operand.preparation);
    if (!operand.tensor)
      return BufferOp::create(steps, location, bytes(operand.scratchBytes));
    Value whole = memoryOf(operand.tensor);
    return operand.firstByte ? ViewOp::create(steps, location, operand.type, whole, operand.firstByte) : whole;
  }

  //===- Steps ----------------------------------------------------------------------------------------------------===//

  void emitCheck() {
    const SmallVector<Requirement> given = requirementsAfter(program.code, -1);
    if (!given.empty())
      CheckOp::create(steps, UnknownLoc::get(steps.getContext()), texts(given));
  }

  LogicalResult lowerBlock(Block &block) {
    for (Operation &op : block.without_terminator()) {
      LogicalResult lowered = success();
      if (auto dispatch = dyn_cast<DispatchOp>(op))
        lowered = lower(dispatch);
      else if (auto loop = dyn_cast<LoopOp>(op))
        lowered = lowerLoop(loop);
      else if (auto branch = dyn_cast<IfOp>(op))
        lowered = lowerIf(branch);
      else if (auto measure = dyn_cast<MeasureOp>(op))
        lower(measure);
      else if (!isa<ConstantOp, JoinOp, ReshapeOp>(op)) // of which there is nothing to do
        lowered = op.emitError("stands in no dispatch; --loops-form-dispatches makes them");
      if (failed(lowered))
        return failure();
    }
    return success();
  }

  LogicalResult lowerInside(Region &region, Block &block) {
    OpBuilder::InsertionGuard guard(steps);
    steps.createBlock(&region);
    return lowerBlock(block);
  }

  void emitCopy(Value from, Value to) {
    if (storageOf(from) == storageOf(to))
      return;
    auto type = cast<RankedTensorType>(from.getType());
    auto copy = CopyOp::create(steps, to.getLoc(), memoryOf(from), memoryOf(to), type);
    describe(copy, copyStep(type, program.dims));
  }

  LogicalResult lowerLoop(LoopOp loop) {
    Block &body = loop.getBody().front();
    for (auto [initial, result] : llvm::zip(loop.getCarried(), loop.getResults()))
      emitCopy(initial, result);
    auto steps = WhileOp::create(this->steps, loop.getLoc(), memoryOf(loop.getTripCount()),
                                 memoryOf(loop.getCondition()), memoryOf(body.getArgument(0)));
    if (failed(lowerInside(steps.getBody(), body)))
      return failure();
    OpBuilder::InsertionGuard guard(this->steps);
    this->steps.setInsertionPointToEnd(&steps.getBody().front());
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      emitCopy(value, i == 0 ? loop.getCondition() : loop.getResult(i - 1));
    return success();
  }

  LogicalResult lowerIf(IfOp branch) {
    auto lowered = BranchOp::create(steps, branch.getLoc(), memoryOf(branch.getCondition()));
    for (auto [from, to] : {std::pair(&branch.getThenRegion(), &lowered.getThenRegion()),
                            {&branch.getElseRegion(), &lowered.getElseRegion()}}) {
      if (failed(lowerInside(*to, from->front())))
        return failure();
      OpBuilder::InsertionGuard guard(steps);
      steps.setInsertionPointToEnd(&to->front());
      for (auto [value, result] : llvm::zip(from->front().getTerminator()->getOperands(), branch.getResults()))
        emitCopy(value, result);
    }
    return success();
  }

  void lower(MeasureOp measure) {
    isAnythingMeasured = true;
    const uint64_t dim = measure.getDim();
    Value outside = text(outsideText(program.dims[dim]));
    SetDimOp::create(steps, measure.getLoc(), memoryOf(measure.getValue()), dim, outside,
                     texts(requirementsAfter(program.code, dim)));
  }

  LogicalResult lower(DispatchOp dispatch) {
    const Group group(dispatch);
    KernelContext context(program, group);
    context.record.shape = shapeOf(program, group);
    for (Operation *member : group.members)
      context.record.flops += operationsOf(program, member);
    if (failed(lowerGroup(context)))
      return failure();
    const std::string callee = context.finish();

    SmallVector<Location> locations;
    for (Operation *member : group.members)
      locations.push_back(member->getLoc());
    const Location location = FusedLoc::get(steps.getContext(), locations);
    SmallVector<Value> operands;
    SmallVector<int32_t> writes, inPlace;
    // What is a part of other memory lies where that does.
    const bool isWhole = dispatch.getNumResults() == 1 && storageOf(dispatch.getResult(0)) == dispatch.getResult(0);
    for (auto [i, operand] : llvm::enumerate(context.operands)) {
      operands.push_back(operandOf(operand, location));
      if (!operand.tensor)
        continue;
      if (llvm::any_of(dispatch.getOutputs(), [&](Value output) { return storageOf(output) == operand.tensor; }))
        writes.push_back(i);
      if (isWhole && llvm::is_contained(context.inPlace, operand.tensor))
        inPlace.push_back(i);
    }
    auto call = KernelCallOp::create(steps, location, callee, operands, writes, inPlace);
    describe(call, callStep(group, context.record, program.dims));
    return success();
  }
};

/// The table has room for as many dimensions as there are.
void declareExtents(ModuleOp code, StringRef symbol, size_t count) {
  OpBuilder builder = OpBuilder::atBlockBegin(code.getBody());
  Type type = LLVM::LLVMArrayType::get(builder.getI32Type(), std::max<size_t>(count, 1));
  auto table = LLVM::GlobalOp::create(builder, code.getLoc(), type, /*isConstant=*/false, LLVM::Linkage::Internal,
                                      symbol, Attribute());
  builder.createBlock(&table.getInitializerRegion());
  LLVM::ReturnOp::create(builder, table.getLoc(), LLVM::ZeroOp::create(builder, table.getLoc(), type));
}

struct LowerDispatches : impl::LowerDispatchesBase<LowerDispatches> {
  using LowerDispatchesBase::LowerDispatchesBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto entry = module.lookupSymbol<func::FuncOp>("run");
    if (!entry) {
      module.emitError("has no function @run");
      return signalPassFailure();
    }
    Options options;
    options.relaxedSimd = relaxedSimd;
    options.winograd = true; // a strategy that is there was chosen
    const Dims dims = getNamedDims(module);
    if (!extents.empty())
      declareExtents(module, extents, dims.size());
    ProgramBuilder program(module, options, prefix, extents.empty() ? ExtentTable(base, dims) : ExtentTable(extents));
    auto schedule = Lowering(program, entry).run(entry);
    if (failed(schedule))
      return signalPassFailure();
    entry.erase();
    module.push_back(schedule->release());
    program.finish();
  }
};

} // namespace

} // namespace wasmind::loops
