#include "compiler/loops/EmitEntry.h"
#include "compiler/graph/State.h"
#include "compiler/loops/Checks.h"
#include "compiler/loops/Steps.h"
#include "compiler/loops/Workspace.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

class EntryEmitter {
public:
  EntryEmitter(Kernels &kernels, ArrayRef<KernelCall> calls, const Program *program)
      : kernels(kernels), calls(calls), program(program) {}

  void emitEntry(func::FuncOp entry, const MemoryPlan &plan, const Checks &checks) {
    Emitter e(kernels.code, entry.getLoc(), "run", {}, kernels.extents, /*noinline=*/false);
    e.function.setPublic();
    e.function->setAttr("wasmind.export", e.getStringAttr("run"));
    e.function.setType(e.getFunctionType({}, e.getI32Type()));
    auto measured = llvm::find_if(kernels.dims, [](const NamedDim &dim) { return dim.measured; });
    e.reloadFrom(measured - kernels.dims.begin());
    auto publish = [&](Emitter &to, bool afterMeasuring) {
      for (const ExtentSlot &slot : program->extents)
        if (slot.derived && !isa<AffineSymbolExpr>(slot.expression) &&
            afterMeasuring == (lastMeasured(slot.expression, kernels.dims) >= 0))
          to.storeAt(to.index(slot.expression), LLVM::IntToPtrOp::create(to, to.pointerType(), to.i32(slot.offset)), 4);
    };
    publish(e, /*afterMeasuring=*/false);
    auto pointerOf = [&](Emitter &to, const KernelOperand &operand, const KernelCall &call) -> Value {
      return LLVM::IntToPtrOp::create(to, to.pointerType(), to.i32(plan.addressOf(operand, call)));
    };
    if (!kernels.preparations.empty())
      emitPreparations(e, plan);
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
      checks.emitErrorText(kernels.code, entry.getLoc(), plan, kernels.extents);
    if (!kernels.options.profile)
      return;
    steps.prefix = "profile_";
    std::vector<func::FuncOp> functions;
    if (!kernels.preparations.empty())
      functions.push_back(emitFunction(e, steps, "prepare", [&](Emitter &to) { emitPreparations(to, plan); }));
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

  void emitOperatorEntry(func::FuncOp entry, StringRef name) {
    Type pointer = LLVM::LLVMPointerType::get(kernels.code.getContext());
    Emitter e(kernels.code, entry.getLoc(), name, {pointer}, kernels.extents, /*noinline=*/false);
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

  Kernels &kernels;
  ArrayRef<KernelCall> calls;
  const Program *program;   ///< null for an operator's
  unsigned branchCount = 0; ///< that were emitted around what follows a step that may fail
  static constexpr unsigned branchesPerFunction = 64;
  /// Of the steps in one function: some hundred calls, and a fifth of what the contract allows.
  static constexpr size_t partWeight = 24'000;
  static constexpr size_t stepsPerFunction = 256; ///< that `run_steps` chooses from

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
    Emitter e(kernels.code, location, "run_steps", {}, *steps.extents, /*noinline=*/false);
    e.function.setPublic();
    e.function->setAttr("wasmind.export", e.getStringAttr("run_steps"));
    e.function.setType(e.getFunctionType({}, e.getI32Type()));
    // Groups of steps, as engines bound what one function may hold.
    SmallVector<func::FuncOp> groups;
    for (size_t first = 0; first < functions.size(); first += stepsPerFunction) {
      Emitter group(kernels.code, location, "steps" + std::to_string(first), {e.getI32Type()}, *steps.extents);
      emitChoice(group, group.function.getArgument(0), first, 1,
                 functions.drop_front(first).take_front(stepsPerFunction));
      func::ReturnOp::create(group, ValueRange());
      groups.push_back(group.function);
    }
    auto bound = [&](uint32_t position) -> Value {
      Value address = LLVM::IntToPtrOp::create(e, e.pointerType(), e.i32(program->stepRange.offset + 4 * position));
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

  void emitPreparations(Emitter &e, const MemoryPlan &plan) {
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

  size_t after(size_t at) const { return loops::after(calls, at); }

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
    Emitter part(kernels.code, e.getLoc(), (steps.prefix + name).str(), {}, *steps.extents);
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
      for (const KeptDim &dim : getKeptDims(kernels.graph.lookupSymbol<func::FuncOp>("run")))
        kept.push_back({dim.symbol, e.index(dim.next)});
      for (auto [symbol, extent] : kept)
        e.storeAt(extent, e.addressOfExtent(symbol), 4);
      break;
    }
    case KernelCall::Form::Then: {
      auto branch = scf::IfOp::create(e, isTrue(pointers[0]), /*withElseRegion=*/true);
      const size_t otherwise = closing(calls, at, KernelCall::Form::Else);
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
};

} // namespace

void emitEntry(Kernels &kernels, func::FuncOp entry, ArrayRef<KernelCall> calls, const Program &program,
               const MemoryPlan &plan, const Checks &checks) {
  EntryEmitter(kernels, calls, &program).emitEntry(entry, plan, checks);
}

void emitOperatorEntry(Kernels &kernels, func::FuncOp entry, ArrayRef<KernelCall> calls, StringRef name) {
  EntryEmitter(kernels, calls, nullptr).emitOperatorEntry(entry, name);
}

} // namespace wasmind::loops
