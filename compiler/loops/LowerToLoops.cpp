//===- LowerToLoops.cpp - the loops stage on one page -------------------------------------------------------------===//
//
// dispatches -> kernels (functions over pointers) -> where their operands lie -> the entry that calls them in order.
// A model's operands lie where the memory plan says, those of an operator where its caller and the workspace say.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/diagnostics/FirstError.h"
#include "compiler/graph/State.h"
#include "compiler/loops/Checks.h"
#include "compiler/loops/Passes.h"
#include "compiler/loops/Reductions.h"
#include "compiler/loops/Steps.h"
#include "compiler/loops/Strategy.h"
#include "compiler/loops/Workspace.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

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
  if (!strategy->applies({context.group, kernels.options, kernels.dims, kernels.preparedBytes}))
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
  Lowering(ModuleOp graph, const Options &options) : graph(graph), options(options) {
    MLIRContext *context = graph.getContext();
    context->loadDialect<func::FuncDialect, arith::ArithDialect, math::MathDialect, scf::SCFDialect,
                         vector::VectorDialect, LLVM::LLVMDialect>();
    program.code = ModuleOp::create(UnknownLoc::get(context));
  }

  FailureOr<Program> run() {
    Kernels kernels(graph, *program.code, options, "", {options.base, "", {}});
    Checks checks(kernels);
    if (checks.areRequired(-1))
      add(KernelCall::Form::Check, plainStep("check"));
    auto entry = lowerKernels(kernels);
    if (failed(entry))
      return failure();
    if (checks.areNeeded())
      add(KernelCall::Form::Publish, plainStep("publish"));
    MemoryPlan plan(kernels, program);
    if (failed(plan.run(*entry, calls)))
      return failure();
    program.steps = stepsOf(calls, [this](size_t at) { return after(at); });
    emitEntry(kernels, *entry, plan, checks);
    return std::move(program);
  }

  FailureOr<std::vector<KernelRecord>> run(const OperatorKernel &kernel, ModuleOp code) {
    Kernels kernels(graph, code, options, kernel.name + "_", {0, kernel.extents, {}});
    declareExtents(code, kernel.extents, kernels.dims.size());
    auto entry = lowerKernels(kernels);
    if (failed(entry))
      return failure();
    emitOperatorEntry(kernels, *entry, kernel);
    return std::move(program.kernels);
  }

private:
  using PointerOf = llvm::function_ref<Value(Emitter &, const KernelOperand &, const KernelCall &)>;
  /// What a run that may fail needs to know.
  struct Watch {
    const MemoryPlan &plan;
    const Checks &checks;
    llvm::function_ref<void(Emitter &)> publish;
  };

  /// How the steps of one entry are emitted.
  struct Steps {
    PointerOf pointerOf;
    /// Null where only the entry may do steps: other functions know the addresses of operands as constants alone.
    const ExtentTable *extents = nullptr;
    unsigned firstMeasured = 0;   ///< dimension
    const Watch *watch = nullptr; ///< null where no step can fail
    std::string prefix = {};      ///< of the names of other functions that do steps
  };

  ModuleOp graph; ///< gathered into dispatches
  const Options &options;
  Program program;
  std::vector<KernelCall> calls;
  unsigned branchCount = 0; ///< that were emitted around what follows a step that may fail
  static constexpr unsigned branchesPerFunction = 64;
  /// Of the steps in one function: some hundred calls, and a fifth of what the contract allows.
  static constexpr size_t partWeight = 24'000;
  static constexpr size_t stepsPerFunction = 256; ///< that `run_steps` chooses from

  /// The table has room for as many dimensions as any kernel that shares it.
  static void declareExtents(ModuleOp code, StringRef symbol, size_t count) {
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

  FailureOr<func::FuncOp> lowerKernels(Kernels &kernels) {
    auto entry = graph.lookupSymbol<func::FuncOp>("run");
    if (!entry)
      return graph.emitError("has no function @run");
    if (failed(lowerBlock(kernels, entry.getBody().front())))
      return failure();
    kernels.finish();
    return entry;
  }

  LogicalResult lowerBlock(Kernels &kernels, Block &block) {
    for (Operation &op : block.without_terminator()) {
      LogicalResult lowered = success(); // of constants and reshapes there is nothing to do
      if (auto dispatch = dyn_cast<DispatchOp>(op))
        lowered = lower(kernels, dispatch);
      else if (auto loop = dyn_cast<LoopOp>(op))
        lowered = lowerLoop(kernels, loop);
      else if (auto branch = dyn_cast<IfOp>(op))
        lowered = lowerIf(kernels, branch);
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
    calls.push_back(std::move(call));
  }
  void addCopy(const Kernels &kernels, Value from, Value to) {
    if (storageOf(from) == storageOf(to))
      return;
    auto tensor = cast<RankedTensorType>(from.getType());
    add(KernelCall::Form::Copy, copyStep(kernels, to.getLoc(), tensor), {from, to});
    calls.back().copied = tensor;
  }

  LogicalResult lowerLoop(Kernels &kernels, LoopOp loop) {
    Block &body = loop.getBody().front();
    for (auto [initial, result] : llvm::zip(loop.getCarried(), loop.getResults()))
      addCopy(kernels, initial, result);
    add(KernelCall::Form::Loop, plainStep("loop", loop.getLoc()),
        {loop.getTripCount(), loop.getCondition(), body.getArgument(0)});
    if (failed(lowerBlock(kernels, body)))
      return failure();
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      addCopy(kernels, value, i == 0 ? loop.getCondition() : loop.getResult(i - 1));
    add(KernelCall::Form::End, {});
    return success();
  }

  LogicalResult lowerMeasure(MeasureOp measure) {
    add(KernelCall::Form::Measure, plainStep("measure", measure.getLoc()), {measure.getValue()});
    calls.back().dim = measure.getDim();
    return success();
  }

  LogicalResult lowerIf(Kernels &kernels, IfOp branch) {
    add(KernelCall::Form::Then, plainStep("branch", branch.getLoc()), branch.getCondition());
    for (Region *region : {&branch.getThenRegion(), &branch.getElseRegion()}) {
      if (region == &branch.getElseRegion())
        add(KernelCall::Form::Else, {});
      if (failed(lowerBlock(kernels, region->front())))
        return failure();
      for (auto [value, result] : llvm::zip(region->front().getTerminator()->getOperands(), branch.getResults()))
        addCopy(kernels, value, result);
    }
    add(KernelCall::Form::End, {});
    return success();
  }

  LogicalResult lower(Kernels &kernels, DispatchOp dispatch) {
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
    calls.push_back(call);
    for (KernelRecord &known : program.kernels)
      if (known.name == call.callee && known.shape == context.record.shape) {
        ++known.calls;
        return success();
      }
    context.record.calls = 1;
    program.kernels.push_back(context.record);
    return success();
  }

  void emitEntry(Kernels &kernels, func::FuncOp entry, MemoryPlan &plan, const Checks &checks) {
    Emitter e(*program.code, entry.getLoc(), "run", {}, kernels.extents, /*noinline=*/false);
    e.function.setPublic();
    e.function->setAttr("wasmind.export", e.getStringAttr("run"));
    e.function.setType(e.getFunctionType({}, e.getI32Type()));
    auto measured = llvm::find_if(kernels.dims, [](const NamedDim &dim) { return dim.measured; });
    e.reloadFrom(measured - kernels.dims.begin());
    auto publish = [&](Emitter &to, bool afterMeasuring) {
      for (const ExtentSlot &slot : program.extents)
        if (slot.derived && !isa<AffineSymbolExpr>(slot.expression) &&
            afterMeasuring == (lastMeasured(slot.expression, kernels.dims) >= 0))
          to.storeAt(to.index(slot.expression), LLVM::IntToPtrOp::create(to, to.pointerType(), to.i32(slot.offset)), 4);
    };
    publish(e, /*afterMeasuring=*/false);
    auto pointerOf = [&](Emitter &to, const KernelOperand &operand, const KernelCall &call) -> Value {
      return LLVM::IntToPtrOp::create(to, to.pointerType(), to.i32(plan.addressOf(operand, call)));
    };
    if (!kernels.preparations.empty())
      emitPreparations(e, kernels, plan);
    Steps steps{pointerOf, &kernels.extents, unsigned(measured - kernels.dims.begin())};
    auto publishLate = [&](Emitter &to) { publish(to, /*afterMeasuring=*/true); };
    const Watch watch{plan, checks, publishLate};
    if (checks.areNeeded()) {
      steps.watch = &watch;
      checks.setStatus(e, plan, e.i32(0));
    }
    emitSteps(e, steps, 0, calls.size());
    func::ReturnOp::create(e, hasFailed(e, steps));
    if (checks.areNeeded())
      checks.emitErrorText(*program.code, entry.getLoc(), plan, kernels.extents);
    if (!options.profile)
      return;
    steps.prefix = "profile_";
    std::vector<func::FuncOp> functions;
    if (!kernels.preparations.empty()) {
      program.steps.insert(program.steps.begin(), prepareStep(kernels));
      functions.push_back(emitFunction(e, steps, "prepare", [&](Emitter &to) { emitPreparations(to, kernels, plan); }));
    }
    for (size_t at = 0; at < calls.size(); at = after(at))
      functions.push_back(emitFunction(e, steps, "step" + llvm::Twine(at), [&](Emitter &to) {
        if (at == 0) {
          publish(to, /*afterMeasuring=*/false);
          if (steps.watch)
            checks.setStatus(to, plan, to.i32(0));
        }
        emitSteps(to, steps, at, after(at));
      }));
    emitStepEntry(e.getLoc(), steps, functions);
  }

  /// What an entry returns: 1 after a step that failed.
  static Value hasFailed(Emitter &e, const Steps &steps) {
    if (!steps.watch)
      return e.i32(0);
    const Watch &watch = *steps.watch;
    Value isSet = arith::CmpIOp::create(e, arith::CmpIPredicate::ne, watch.checks.status(e, watch.plan), e.i32(0));
    return arith::ExtUIOp::create(e, e.getI32Type(), isSet);
  }

  /// The entry `run_steps`, which calls those of the functions whose positions are in the range that stands in memory.
  void emitStepEntry(Location location, const Steps &steps, ArrayRef<func::FuncOp> functions) {
    Emitter e(*program.code, location, "run_steps", {}, *steps.extents, /*noinline=*/false);
    e.function.setPublic();
    e.function->setAttr("wasmind.export", e.getStringAttr("run_steps"));
    e.function.setType(e.getFunctionType({}, e.getI32Type()));
    // Groups of steps, as engines bound what one function may hold.
    SmallVector<func::FuncOp> groups;
    for (size_t first = 0; first < functions.size(); first += stepsPerFunction) {
      Emitter group(*program.code, location, "steps" + std::to_string(first), {e.getI32Type()}, *steps.extents);
      emitChoice(group, group.function.getArgument(0), first, 1,
                 functions.drop_front(first).take_front(stepsPerFunction));
      func::ReturnOp::create(group, ValueRange());
      groups.push_back(group.function);
    }
    auto bound = [&](uint32_t position) -> Value {
      Value address = LLVM::IntToPtrOp::create(e, e.pointerType(), e.i32(program.stepRange.offset + 4 * position));
      return arith::MinUIOp::create(e, e.loadAt(address, e.getI32Type(), 4), e.i32(functions.size()));
    };
    Value first = bound(0), last = bound(1);
    scf::WhileOp::create(
        e, e.getI32Type(), first,
        [&](OpBuilder &, Location, ValueRange at) {
          Value more = arith::CmpIOp::create(e, arith::CmpIPredicate::ult, at[0], last);
          if (steps.watch) // the first step forgets what an earlier run was
            more = arith::AndIOp::create(
                e, more,
                arith::OrIOp::create(e, arith::CmpIOp::create(e, arith::CmpIPredicate::eq, at[0], first),
                                     noneFailed(e, *steps.watch)));
          scf::ConditionOp::create(e, more, at);
        },
        [&](OpBuilder &, Location, ValueRange at) {
          emitChoice(e, at[0], 0, stepsPerFunction, groups);
          scf::YieldOp::create(e, arith::AddIOp::create(e, at[0], e.i32(1)).getResult());
        });
    func::ReturnOp::create(e, hasFailed(e, steps));
  }

  /// Calls the function whose steps `at` is among: `count` steps for each, from `first` on.
  static void emitChoice(Emitter &e, Value at, size_t first, size_t count, ArrayRef<func::FuncOp> functions) {
    if (functions.size() <= 1) {
      for (func::FuncOp function : functions)
        func::CallOp::create(e, function, function.getNumArguments() ? ValueRange(at) : ValueRange());
      return;
    }
    const size_t half = functions.size() / 2, middle = first + half * count;
    auto branch = scf::IfOp::create(e, arith::CmpIOp::create(e, arith::CmpIPredicate::ult, at, e.i32(middle)),
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(e);
    e.setInsertionPointToStart(branch.thenBlock());
    emitChoice(e, at, first, count, functions.take_front(half));
    e.setInsertionPointToStart(branch.elseBlock());
    emitChoice(e, at, middle, count, functions.drop_front(half));
  }

  void emitPreparations(Emitter &e, const Kernels &kernels, const MemoryPlan &plan) {
    auto at = [&](uint32_t address) -> Value { return LLVM::IntToPtrOp::create(e, e.pointerType(), e.i32(address)); };
    Value isPrepared = at(plan.addressOfIsPrepared());
    Value isFirst =
        arith::CmpIOp::create(e, arith::CmpIPredicate::eq, e.loadAt(isPrepared, e.getI32Type(), 4), e.i32(0));
    e.when(isFirst, [&] {
      for (const Preparation &each : kernels.preparations) {
        SmallVector<Value> arguments{at(plan.addressOfWeights(each.source)), at(plan.addressOfPrepared(each.target))};
        for (int64_t size : each.sizes)
          arguments.push_back(e.i32(size));
        func::CallOp::create(e, each.callee, TypeRange(), arguments);
      }
      e.storeAt(e.i32(1), isPrepared, 4);
    });
  }

  void emitOperatorEntry(Kernels &kernels, func::FuncOp entry, const OperatorKernel &kernel) {
    Type pointer = LLVM::LLVMPointerType::get(graph.getContext());
    Emitter e(kernels.code, entry.getLoc(), kernel.name, {pointer}, kernels.extents, /*noinline=*/false);
    e.function.setType(e.getFunctionType({pointer}, e.getI32Type()));
    Workspace workspace(kernels, e, entry, calls);
    Value hasRoom = workspace.allocate();
    auto pointerOf = [&](Emitter &, const KernelOperand &operand, const KernelCall &call) {
      return workspace.pointerOf(operand, call);
    };
    auto branch = scf::IfOp::create(e, e.getI32Type(), hasRoom, /*withElseRegion=*/true);
    {
      OpBuilder::InsertionGuard guard(e);
      e.setInsertionPointToStart(branch.thenBlock());
      emitSteps(e, {pointerOf}, 0, calls.size());
      workspace.release();
      scf::YieldOp::create(e, e.i32(0));
      e.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(e, e.i32(1));
    }
    func::ReturnOp::create(e, branch.getResults());
  }

  /// Whether a step in [begin, end) may make the run fail.
  bool mayFail(size_t begin, size_t end) const {
    return std::any_of(calls.begin() + begin, calls.begin() + end, [](const KernelCall &call) {
      return call.form == KernelCall::Form::Measure || call.form == KernelCall::Form::Check;
    });
  }

  /// The bytes that the step takes in a module, about; a bracket's branches weigh as much in what engines are asked.
  static size_t weightOf(const KernelCall &call) {
    const bool isBracket = call.form != KernelCall::Form::Call && call.form != KernelCall::Form::Copy;
    return (isBracket ? 150 : 10) + 6 * call.operands.size();
  }
  size_t weightOf(size_t begin, size_t end) const {
    size_t weight = 0;
    for (size_t at = begin; at < end; ++at)
      weight += weightOf(calls[at]);
    return weight;
  }

  /// The position behind the step at `at`, with all that is inside where it is a bracket.
  size_t after(size_t at) const {
    const KernelCall::Form form = calls[at].form;
    return (form == KernelCall::Form::Loop || form == KernelCall::Form::Then ? endOf(at) : at) + 1;
  }

  /// Emits the steps in [begin, end), of which none opens a bracket that ends elsewhere. Where they are more than LLVM
  /// and engines compile well in one function, others do them.
  void emitSteps(Emitter &e, const Steps &steps, size_t begin, size_t end) {
    if (!steps.extents || weightOf(begin, end) <= partWeight)
      return emitInline(e, steps, begin, end);
    for (size_t at = begin; at < end;) {
      size_t next = after(at), weight = weightOf(at, next);
      while (next < end && (weight += weightOf(next, after(next))) <= partWeight)
        next = after(next);
      if (weightOf(at, next) > partWeight) // one bracket, whose inside is divided
        emitInline(e, steps, at, next);
      else
        emitElsewhere(e, steps, "part" + llvm::Twine(at), [&](Emitter &part) { emitInline(part, steps, at, next); });
      if (mayFail(at, next) && next < end)
        return emitRest(e, steps, next, [&](Emitter &rest) { emitSteps(rest, steps, next, end); });
      at = next;
    }
  }

  /// Makes a function that does what `emit` says.
  func::FuncOp emitFunction(Emitter &e, const Steps &steps, const llvm::Twine &name,
                            llvm::function_ref<void(Emitter &)> emit) {
    Emitter part(*program.code, e.getLoc(), (steps.prefix + name).str(), {}, *steps.extents);
    part.function.setType(part.getFunctionType({}, {}));
    part.reloadFrom(steps.firstMeasured);
    emit(part);
    func::ReturnOp::create(part, ValueRange());
    return part.function;
  }
  void emitElsewhere(Emitter &e, const Steps &steps, const llvm::Twine &name,
                     llvm::function_ref<void(Emitter &)> emit) {
    func::CallOp::create(e, emitFunction(e, steps, name, emit), ValueRange());
  }

  static Value noneFailed(Emitter &e, const Watch &watch) {
    return arith::CmpIOp::create(e, arith::CmpIPredicate::eq, watch.checks.status(e, watch.plan), e.i32(0));
  }

  /// A step that fails ends the run: what follows it, from `at` on, stands in a branch that is taken where none did.
  void emitRest(Emitter &e, const Steps &steps, size_t at, llvm::function_ref<void(Emitter &)> emit) {
    e.when(noneFailed(e, *steps.watch), [&] {
      if (++branchCount % branchesPerFunction != 0)
        emit(e);
      else // deeper nesting than compilers like
        emitElsewhere(e, steps, "rest" + llvm::Twine(at), emit);
    });
  }

  void emitInline(Emitter &e, const Steps &steps, size_t begin, size_t end) {
    for (size_t at = begin; at < end;) {
      const size_t next = after(at);
      emitStep(e, steps, at, next);
      if (mayFail(at, next) && next < end)
        return emitRest(e, steps, next, [&](Emitter &rest) { emitInline(rest, steps, next, end); });
      at = next;
    }
  }

  /// Emits the step at `at`, or the bracket that ends in front of `next`.
  void emitStep(Emitter &e, const Steps &steps, size_t at, size_t next) {
    const KernelCall &call = calls[at];
    SmallVector<Value> pointers;
    for (const KernelOperand &operand : call.operands)
      pointers.push_back(steps.pointerOf(e, operand, call));
    auto isTrue = [&](Value pointer) -> Value {
      return arith::CmpIOp::create(e, arith::CmpIPredicate::ne, e.loadAt(pointer, e.getI8Type(), 1),
                                   arith::ConstantIntOp::create(e, e.getI8Type(), 0));
    };
    const Watch *watch = steps.watch;
    switch (call.form) {
    case KernelCall::Form::Call:
      func::CallOp::create(e, call.callee, TypeRange(), pointers);
      break;
    case KernelCall::Form::Copy: {
      AffineExpr bytes =
          normalise(productOf(getExtents(call.copied), e.getContext()) * byteWidth(call.copied.getElementType()));
      LLVM::MemcpyOp::create(e, pointers[1], pointers[0], e.index(bytes), /*isVolatile=*/false);
      break;
    }
    case KernelCall::Form::Check:
      watch->checks.setStatus(e, watch->plan, watch->checks.given(e, watch->plan));
      break;
    case KernelCall::Form::Measure:
      watch->checks.setStatus(
          e, watch->plan, watch->checks.measured(e, watch->plan, call.dim, e.loadAt(pointers[0], e.getI64Type(), 8)));
      break;
    case KernelCall::Form::Publish:
      watch->publish(e);
      break;
    case KernelCall::Form::Keep: {
      SmallVector<std::pair<unsigned, Value>> kept; // all of them from what the run started with
      for (const KeptDim &dim : getKeptDims(graph.lookupSymbol<func::FuncOp>("run")))
        kept.push_back({dim.symbol, e.index(dim.next)});
      for (auto [symbol, extent] : kept)
        e.storeAt(extent, e.addressOfExtent(symbol), 4);
      break;
    }
    case KernelCall::Form::Then: {
      auto branch = scf::IfOp::create(e, isTrue(pointers[0]), /*withElseRegion=*/true);
      const size_t otherwise = elseOf(at);
      OpBuilder::InsertionGuard guard(e);
      e.setInsertionPointToStart(branch.thenBlock());
      emitSteps(e, steps, at + 1, otherwise);
      e.setInsertionPointToStart(branch.elseBlock());
      emitSteps(e, steps, otherwise + 1, next - 1);
      break;
    }
    case KernelCall::Form::Loop: {
      Type i64 = e.getI64Type();
      e.storeAt(arith::ConstantIntOp::create(e, i64, 0), pointers[2], 8);
      scf::WhileOp::create(
          e, TypeRange(), ValueRange(),
          [&](OpBuilder &, Location, ValueRange) {
            Value more = arith::CmpIOp::create(e, arith::CmpIPredicate::slt, e.loadAt(pointers[2], i64, 8),
                                               e.loadAt(pointers[0], i64, 8));
            more = arith::AndIOp::create(e, more, isTrue(pointers[1]));
            if (mayFail(at, next))
              more = arith::AndIOp::create(e, more, noneFailed(e, *watch));
            scf::ConditionOp::create(e, more, ValueRange());
          },
          [&](OpBuilder &, Location, ValueRange) {
            emitSteps(e, steps, at + 1, next - 1);
            Value counted =
                arith::AddIOp::create(e, e.loadAt(pointers[2], i64, 8), arith::ConstantIntOp::create(e, i64, 1));
            e.storeAt(counted, pointers[2], 8);
            scf::YieldOp::create(e);
          });
      break;
    }
    case KernelCall::Form::Else:
    case KernelCall::Form::End:
      llvm_unreachable("inside of a bracket");
    }
  }

  /// The End of the bracket at `begin`.
  size_t endOf(size_t begin) const { return closing(begin, KernelCall::Form::End); }
  size_t elseOf(size_t begin) const { return closing(begin, KernelCall::Form::Else); }

  /// Where the bracket at `begin` itself, none inside of it, has the given step.
  size_t closing(size_t begin, KernelCall::Form wanted) const {
    for (size_t at = begin, depth = 0;; ++at) {
      KernelCall::Form form = calls[at].form;
      if (form == wanted && depth == 1)
        return at;
      depth += form == KernelCall::Form::Loop || form == KernelCall::Form::Then;
      depth -= form == KernelCall::Form::End;
    }
  }
};

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
  FailureOr<Program> program = Lowering(dispatches, options).run();
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
  FailureOr<std::vector<KernelRecord>> records = Lowering(**dispatches, options).run(kernel, code);
  if (failed(records))
    return first.take("the loops stage failed");
  if (llvm::Error error = verifyCode(code))
    return std::move(error);
  return std::move(*records);
}

} // namespace wasmind::loops
