//===- LowerToLoops.cpp - the loops stage on one page -------------------------------------------------------------===//
//
// groups -> kernels (functions over pointers) -> where their operands lie -> the entry that calls them in order.
// A model's operands lie where the memory plan says, those of an operator where its caller and the workspace say.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/State.h"
#include "compiler/loops/Checks.h"
#include "compiler/loops/Reductions.h"
#include "compiler/loops/Workspace.h"
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
    return lowerPlainly(context);
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

/// Replaces concats of more operands than a kernel has parameters by concats of concats.
void narrowConcats(func::FuncOp function) {
  function.walk([](ConcatOp concat) {
    SmallVector<Value> inputs(concat.getInputs());
    OpBuilder builder(concat);
    while (inputs.size() > concatOperandLimit) {
      SmallVector<Value> wider;
      for (ArrayRef<Value> rest = inputs; !rest.empty();) {
        ArrayRef<Value> part = rest.take_front(concatOperandLimit);
        rest = rest.drop_front(part.size());
        wider.push_back(part.size() == 1 ? part[0] : ConcatOp::create(builder, concat.getLoc(), part, concat.getDim()));
      }
      inputs = std::move(wider);
    }
    if (inputs.size() != concat.getInputs().size())
      concat.getInputsMutable().assign(inputs);
  });
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
    Kernels kernels(graph, *program.code, options, "kernel", {options.base, "", {}});
    Checks checks(kernels);
    if (checks.areRequired(-1))
      add(KernelCall::Form::Check);
    auto entry = lowerKernels(kernels);
    if (failed(entry))
      return failure();
    if (checks.areNeeded())
      add(KernelCall::Form::Publish);
    MemoryPlan plan(kernels, program);
    if (failed(plan.run(*entry, calls)))
      return failure();
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
  ModuleOp graph;
  const Options &options;
  Program program;
  std::vector<KernelCall> calls;
  bool addressesAreConstant = false; ///< of operands, so that any function can call their kernels
  unsigned branchCount = 0;          ///< that were emitted around what follows a step that may fail
  static constexpr unsigned branchesPerFunction = 64;

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
    if (failed(inlineCalls(entry)) || failed(verifyAccesses(entry)))
      return failure();
    narrowConcats(entry);
    separateResults(entry);
    if (failed(lowerBlock(kernels, entry.getBody().front())))
      return failure();
    return entry;
  }

  LogicalResult lowerBlock(Kernels &kernels, Block &block) {
    for (Group &group : formGroups(block)) {
      LogicalResult lowered = isa<LoopOp>(group.root)      ? lowerLoop(kernels, cast<LoopOp>(group.root))
                              : isa<IfOp>(group.root)      ? lowerIf(kernels, cast<IfOp>(group.root))
                              : isa<MeasureOp>(group.root) ? lowerMeasure(cast<MeasureOp>(group.root))
                                                           : lower(kernels, group);
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
  void add(KernelCall::Form form, ArrayRef<Value> tensors = {}) {
    KernelCall call;
    call.form = form;
    for (Value tensor : tensors)
      call.operands.push_back(operandOf(tensor));
    calls.push_back(std::move(call));
  }
  void addCopy(Value from, Value to) {
    if (storageOf(from) == storageOf(to))
      return;
    add(KernelCall::Form::Copy, {from, to});
    calls.back().copied = cast<RankedTensorType>(from.getType());
  }

  LogicalResult lowerLoop(Kernels &kernels, LoopOp loop) {
    Block &body = loop.getBody().front();
    // A carried value that becomes another carried value needs a copy that outlives the first.
    Operation *yield = body.getTerminator();
    OpBuilder builder(yield);
    for (OpOperand &operand : yield->getOpOperands()) {
      auto carried = dyn_cast<OpResult>(storageOf(operand.get()));
      bool moved = carried && carried.getOwner() == loop && operand.getOperandNumber() != carried.getResultNumber() + 1;
      if (moved)
        operand.set(BroadcastOp::create(builder, yield->getLoc(), operand.get().getType(), operand.get()));
    }
    // The condition is carried, too, in memory of its own: the loop's operand may be needed later.
    builder.setInsertionPoint(loop);
    loop.getConditionMutable().assign(
        BroadcastOp::create(builder, loop.getLoc(), loop.getCondition().getType(), loop.getCondition()));
    Group condition;
    condition.root = loop.getCondition().getDefiningOp();
    condition.members.insert(condition.root);
    condition.inputs.push_back(condition.root->getOperand(0));
    if (failed(lower(kernels, condition)))
      return failure();
    for (auto [initial, result] : llvm::zip(loop.getCarried(), loop.getResults()))
      addCopy(initial, result);
    add(KernelCall::Form::Loop, {loop.getTripCount(), loop.getCondition(), body.getArgument(0)});
    if (failed(lowerBlock(kernels, body)))
      return failure();
    for (auto [i, value] : llvm::enumerate(yield->getOperands()))
      addCopy(value, i == 0 ? loop.getCondition() : loop.getResult(i - 1));
    add(KernelCall::Form::End);
    return success();
  }

  LogicalResult lowerMeasure(MeasureOp measure) {
    add(KernelCall::Form::Measure, {measure.getValue()});
    calls.back().dim = measure.getDim();
    return success();
  }

  LogicalResult lowerIf(Kernels &kernels, IfOp branch) {
    add(KernelCall::Form::Then, branch.getCondition());
    for (Region *region : {&branch.getThenRegion(), &branch.getElseRegion()}) {
      if (region == &branch.getElseRegion())
        add(KernelCall::Form::Else);
      if (failed(lowerBlock(kernels, region->front())))
        return failure();
      for (auto [value, result] : llvm::zip(region->front().getTerminator()->getOperands(), branch.getResults()))
        addCopy(value, result);
    }
    add(KernelCall::Form::End);
    return success();
  }

  LogicalResult lower(Kernels &kernels, Group &group) {
    KernelContext context(kernels, group);
    context.record.shape = shapeOf(kernels, group);
    for (Operation *member : group.members)
      context.record.flops += operationsOf(kernels, member);
    if (failed(lowerGroup(context)))
      return failure();
    context.emitter.finish();
    KernelCall call;
    call.operands.assign(context.operands.begin(), context.operands.end());
    call.outputs.assign(group.root->getResults().begin(), group.root->getResults().end());
    call.inPlace = context.inPlace;
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
    addressesAreConstant = true;
    if (!checks.areNeeded()) {
      emitCalls(e, pointerOf, 0);
      func::ReturnOp::create(e, ValueRange(e.i32(0)));
      return;
    }
    auto publishLate = [&](Emitter &to) { publish(to, /*afterMeasuring=*/true); };
    const Watch watch{plan, checks, kernels.extents, unsigned(measured - kernels.dims.begin()), publishLate};
    checks.setStatus(e, plan, e.i32(0));
    emitCalls(e, pointerOf, 0, &watch);
    Value hasFailed = arith::CmpIOp::create(e, arith::CmpIPredicate::ne, checks.status(e, plan), e.i32(0));
    func::ReturnOp::create(e, ValueRange(arith::ExtUIOp::create(e, e.getI32Type(), hasFailed)));
    checks.emitErrorText(*program.code, entry.getLoc(), plan, kernels.extents);
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
      emitCalls(e, pointerOf, 0);
      workspace.release();
      scf::YieldOp::create(e, e.i32(0));
      e.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(e, e.i32(1));
    }
    func::ReturnOp::create(e, branch.getResults());
  }

  /// What a run that may fail needs to know.
  struct Watch {
    const MemoryPlan &plan;
    const Checks &checks;
    const ExtentTable &extents;
    unsigned firstMeasured; ///< dimension
    llvm::function_ref<void(Emitter &)> publish;
  };

  /// Whether a step between the bracket at `begin` and its end may make the run fail.
  bool mayFail(size_t begin, size_t end) const {
    return std::any_of(calls.begin() + begin, calls.begin() + end,
                       [](const KernelCall &call) { return call.form == KernelCall::Form::Measure; });
  }

  /// Where more calls follow one another than LLVM compiles well in one function, emits the first of them as a function
  /// of its own. Returns how many; 0 where they stay.
  size_t emitPart(Emitter &e, PointerOf pointerOf, size_t at) {
    constexpr size_t partLength = 1000;
    const size_t end = std::min(calls.size(), at + partLength);
    if (!addressesAreConstant || end - at < partLength ||
        !std::all_of(
            calls.begin() + at, calls.begin() + end,
            [](const KernelCall &call) { return call.form == KernelCall::Form::Call; }))
      return 0;
    Emitter part(*program.code, e.getLoc(), ("part" + llvm::Twine(at)).str(), {}, {});
    part.function.setType(part.getFunctionType({}, {}));
    for (const KernelCall &call : ArrayRef(calls).slice(at, partLength))
      emitCall(part, pointerOf, call);
    func::ReturnOp::create(part, ValueRange());
    func::CallOp::create(e, part.function, ValueRange());
    return partLength;
  }

  static void emitCall(Emitter &e, PointerOf pointerOf, const KernelCall &call) {
    SmallVector<Value> pointers;
    for (const KernelOperand &operand : call.operands)
      pointers.push_back(pointerOf(e, operand, call));
    func::CallOp::create(e, call.callee, TypeRange(), pointers);
  }

  /// Emits the steps from `at` to the end of their bracket; returns the position of its Else or End. A step that fails
  /// ends the run: the steps that follow stand in a branch that is taken where it did not. `watch` is null where none
  /// can fail.
  size_t emitCalls(Emitter &e, PointerOf pointerOf, size_t at, const Watch *watch = nullptr) {
    for (; at < calls.size(); ++at) {
      const KernelCall &call = calls[at];
      if (call.form == KernelCall::Form::Call) {
        if (size_t count = emitPart(e, pointerOf, at))
          at += count - 1;
        else
          emitCall(e, pointerOf, call);
        continue;
      }
      SmallVector<Value> pointers;
      for (const KernelOperand &operand : call.operands)
        pointers.push_back(pointerOf(e, operand, call));
      auto isTrue = [&](Value pointer) -> Value {
        return arith::CmpIOp::create(e, arith::CmpIPredicate::ne, e.loadAt(pointer, e.getI8Type(), 1),
                                     arith::ConstantIntOp::create(e, e.getI8Type(), 0));
      };
      auto isZero = [&](Value text) -> Value {
        return arith::CmpIOp::create(e, arith::CmpIPredicate::eq, text, e.i32(0));
      };
      auto emitRest = [&](Value goesOn) {
        auto branch = scf::IfOp::create(e, goesOn, /*withElseRegion=*/false);
        OpBuilder::InsertionGuard guard(e);
        e.setInsertionPointToStart(branch.thenBlock());
        if (++branchCount % branchesPerFunction != 0)
          return emitCalls(e, pointerOf, at + 1, watch);
        // Deeper nesting than compilers like.
        Emitter rest(*program.code, e.getLoc(), ("rest" + llvm::Twine(at)).str(), {}, watch->extents);
        rest.function.setType(rest.getFunctionType({}, {}));
        rest.reloadFrom(watch->firstMeasured);
        const size_t end = emitCalls(rest, pointerOf, at + 1, watch);
        func::ReturnOp::create(rest, ValueRange());
        func::CallOp::create(e, rest.function, ValueRange());
        return end;
      };
      switch (call.form) {
      case KernelCall::Form::Call:
        llvm_unreachable("emitted above");
      case KernelCall::Form::Copy: {
        AffineExpr bytes =
            normalise(productOf(getExtents(call.copied), e.getContext()) * byteWidth(call.copied.getElementType()));
        LLVM::MemcpyOp::create(e, pointers[1], pointers[0], e.index(bytes), /*isVolatile=*/false);
        break;
      }
      case KernelCall::Form::Check:
      case KernelCall::Form::Measure: {
        Value text = call.form == KernelCall::Form::Check
                         ? watch->checks.given(e, watch->plan)
                         : watch->checks.measured(e, watch->plan, call.dim, e.loadAt(pointers[0], e.getI64Type(), 8));
        watch->checks.setStatus(e, watch->plan, text);
        return emitRest(isZero(text));
      }
      case KernelCall::Form::Publish:
        watch->publish(e);
        break;
      case KernelCall::Form::Keep: {
        SmallVector<std::pair<unsigned, Value>> next; // all of them from what the run started with
        for (const KeptDim &kept : getKeptDims(graph.lookupSymbol<func::FuncOp>("run")))
          next.push_back({kept.symbol, e.index(kept.next)});
        for (auto [symbol, extent] : next)
          e.storeAt(extent, e.addressOfExtent(symbol), 4);
        break;
      }
      case KernelCall::Form::Then: {
        auto branch = scf::IfOp::create(e, isTrue(pointers[0]), /*withElseRegion=*/true);
        size_t begin = at;
        {
          OpBuilder::InsertionGuard guard(e);
          e.setInsertionPointToStart(branch.thenBlock());
          at = emitCalls(e, pointerOf, at + 1, watch);
          e.setInsertionPointToStart(branch.elseBlock());
          at = emitCalls(e, pointerOf, at + 1, watch);
        }
        if (mayFail(begin, at))
          return emitRest(isZero(watch->checks.status(e, watch->plan)));
        break;
      }
      case KernelCall::Form::Loop: {
        Type i64 = e.getI64Type();
        e.storeAt(arith::ConstantIntOp::create(e, i64, 0), pointers[2], 8);
        size_t begin = at, end = endOf(at);
        const bool canFail = mayFail(begin, end);
        scf::WhileOp::create(
            e, TypeRange(), ValueRange(),
            [&](OpBuilder &, Location, ValueRange) {
              Value more = arith::CmpIOp::create(e, arith::CmpIPredicate::slt, e.loadAt(pointers[2], i64, 8),
                                                 e.loadAt(pointers[0], i64, 8));
              more = arith::AndIOp::create(e, more, isTrue(pointers[1]));
              if (canFail)
                more = arith::AndIOp::create(e, more, isZero(watch->checks.status(e, watch->plan)));
              scf::ConditionOp::create(e, more, ValueRange());
            },
            [&](OpBuilder &, Location, ValueRange) {
              emitCalls(e, pointerOf, at + 1, watch);
              Value next =
                  arith::AddIOp::create(e, e.loadAt(pointers[2], i64, 8), arith::ConstantIntOp::create(e, i64, 1));
              e.storeAt(next, pointers[2], 8);
              scf::YieldOp::create(e);
            });
        at = end;
        if (canFail)
          return emitRest(isZero(watch->checks.status(e, watch->plan)));
        break;
      }
      case KernelCall::Form::Else:
      case KernelCall::Form::End:
        return at;
      }
    }
    return at;
  }

  /// The End of the bracket at `begin`.
  size_t endOf(size_t begin) const {
    for (size_t at = begin, depth = 0;; ++at) {
      KernelCall::Form form = calls[at].form;
      depth += form == KernelCall::Form::Loop || form == KernelCall::Form::Then;
      depth -= form == KernelCall::Form::End;
      if (depth == 0)
        return at;
    }
  }
};

/// What `lower` returns, or the first diagnostic as an error.
template <typename Result>
llvm::Expected<Result> withFirstError(ModuleOp graph, llvm::function_ref<FailureOr<Result>()> lower) {
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
  FailureOr<Result> result = lower();
  if (failed(result))
    return llvm::createStringError(message.empty() ? "lowering to loops failed" : message);
  return std::move(*result);
}

} // namespace

llvm::Expected<Program> lowerToLoops(ModuleOp graph, const Options &options) {
  auto program = withFirstError<Program>(graph, [&] { return Lowering(graph, options).run(); });
  if (!program)
    return program.takeError();
  if (llvm::Error error = verifyLoops(*program, options))
    return std::move(error);
  return std::move(*program);
}

llvm::Expected<std::vector<KernelRecord>> lowerOperator(ModuleOp graph, const OperatorKernel &kernel, ModuleOp code,
                                                        const Options &options) {
  auto records =
      withFirstError<std::vector<KernelRecord>>(graph, [&] { return Lowering(graph, options).run(kernel, code); });
  if (!records)
    return records.takeError();
  if (llvm::Error error = verifyCode(code))
    return std::move(error);
  return std::move(*records);
}

} // namespace wasmind::loops
