//===- EmitEntry.cpp - the functions of a model that hosts call ---------------------------------------------------===//
#include "compiler/graph/State.h"
#include "compiler/loops/Checks.h"
#include "compiler/loops/Passes.h"
#include "compiler/loops/StepEmitter.h"
#include "compiler/loops/Steps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
#define GEN_PASS_DEF_EMITENTRY
#include "compiler/loops/LoopsPasses.h.inc"

namespace {

constexpr size_t stepsPerFunction = 256; ///< that `run_steps` chooses from

/// `run`, which does all steps, and for a profile `run_steps`, which does some.
class EntryEmitter {
public:
  EntryEmitter(func::FuncOp schedule, ModuleOp code)
      : schedule(schedule), code(code), dims(getNamedDims(code)), parts(partsOf(schedule)),
        extents(parts.extents.offset, dims), slots(extentsOf(schedule, parts.extents.offset)),
        checks(code, schedule, parts), preparations(llvm::to_vector(schedule.getOps<PrepareOp>())),
        steps(schedule, code, extents, [](Emitter &e, Value memory) { return e.pointerTo(addressOf(memory)); }) {
    steps.checks = checks.areNeeded() ? &checks : nullptr;
    steps.publishLate = [this](Emitter &e) { emitPublish(e, /*afterMeasuring=*/true); };
  }

  void emitRun() {
    Emitter e = exported("run");
    steps.reloadMeasured(e);
    emitPublish(e, /*afterMeasuring=*/false);
    emitPreparations(e);
    if (checks.areNeeded())
      checks.setStatus(e, e.i32(0));
    steps.emit(e, stepsIn(schedule.getBody().front()));
    func::ReturnOp::create(e, hasFailed(e));
    if (checks.areNeeded())
      checks.emitErrorText(code, schedule.getLoc(), extents);
  }

  /// `run_steps` calls those of the functions, one per step, whose positions are in the range that stands in memory.
  void emitRunSteps() {
    steps.prefix = "profile_";
    std::vector<func::FuncOp> functions;
    if (!preparations.empty())
      functions.push_back(steps.emitFunction(schedule.getLoc(), "prepare", [&](Emitter &to) { emitPreparations(to); }));
    for (auto [i, step] : llvm::enumerate(stepsIn(schedule.getBody().front())))
      functions.push_back(steps.emitFunction(schedule.getLoc(), "step" + Twine(i), [&](Emitter &to) {
        if (i == 0) {
          emitPublish(to, /*afterMeasuring=*/false);
          if (checks.areNeeded())
            checks.setStatus(to, to.i32(0));
        }
        steps.emit(to, step);
      }));

    // Groups of steps, as engines bound what one function may hold.
    SmallVector<func::FuncOp> groups;
    for (size_t first = 0; first < functions.size(); first += stepsPerFunction) {
      Type i32 = IntegerType::get(code.getContext(), 32);
      Emitter group(code, schedule.getLoc(), "steps" + std::to_string(first), {i32}, extents);
      emitChoice(group, group.function.getArgument(0), first, 1,
                 ArrayRef(functions).drop_front(first).take_front(stepsPerFunction));
      func::ReturnOp::create(group, ValueRange());
      groups.push_back(group.function);
    }
    Emitter e = exported("run_steps");
    auto bound = [&](uint32_t position) -> Value {
      Value given = e.loadAt(e.pointerTo(parts.stepRange.offset + 4 * position), e.getI32Type(), 4);
      return arith::MinUIOp::create(e, given, e.i32(functions.size()));
    };
    Value first = bound(0), last = bound(1);
    scf::WhileOp::create(
        e, e.getI32Type(), first,
        [&](OpBuilder &, Location, ValueRange at) {
          Value more = arith::CmpIOp::create(e, arith::CmpIPredicate::ult, at[0], last);
          if (checks.areNeeded()) // the first step forgets what an earlier run was
            more = arith::AndIOp::create(
                e, more,
                arith::OrIOp::create(e, arith::CmpIOp::create(e, arith::CmpIPredicate::eq, at[0], first),
                                     steps.noneFailed(e)));
          scf::ConditionOp::create(e, more, at);
        },
        [&](OpBuilder &, Location, ValueRange at) {
          emitChoice(e, at[0], 0, stepsPerFunction, groups);
          scf::YieldOp::create(e, arith::AddIOp::create(e, at[0], e.i32(1)).getResult());
        });
    func::ReturnOp::create(e, hasFailed(e));
  }

private:
  func::FuncOp schedule;
  ModuleOp code;
  const Dims dims;
  const MemoryParts parts;
  const ExtentTable extents;
  const std::vector<ExtentSlot> slots;
  const Checks checks;
  const SmallVector<PrepareOp> preparations;
  StepEmitter steps;

  Emitter exported(StringRef name) {
    Emitter e(code, schedule.getLoc(), name, {}, extents, /*noinline=*/false);
    e.function.setPublic();
    e.function->setAttr("wasmind.export", e.getStringAttr(name));
    e.function.setType(e.getFunctionType({}, e.getI32Type()));
    return e;
  }

  /// What an entry returns: 1 after a step that failed.
  Value hasFailed(Emitter &e) {
    if (!checks.areNeeded())
      return e.i32(0);
    Value isSet = arith::CmpIOp::create(e, arith::CmpIPredicate::ne, checks.status(e), e.i32(0));
    return arith::ExtUIOp::create(e, e.getI32Type(), isSet);
  }

  /// Writes the extents of inputs and outputs that are expressions.
  void emitPublish(Emitter &e, bool afterMeasuring) {
    for (const ExtentSlot &slot : slots)
      if (slot.derived && !isa<AffineSymbolExpr>(slot.expression) &&
          afterMeasuring == (lastMeasured(slot.expression, dims) >= 0))
        e.storeAt(e.index(slot.expression), e.pointerTo(slot.offset), 4);
  }

  void emitPreparations(Emitter &e) {
    if (preparations.empty())
      return;
    Value isPrepared = e.pointerTo(parts.isPreparedAddress());
    Value isFirst =
        arith::CmpIOp::create(e, arith::CmpIPredicate::eq, e.loadAt(isPrepared, e.getI32Type(), 4), e.i32(0));
    e.when(isFirst, [&] {
      for (PrepareOp each : preparations) {
        SmallVector<Value> arguments{e.pointerTo(addressOf(each.getSource())),
                                     e.pointerTo(addressOf(each.getMemory()))};
        for (int64_t size : each.getSizes())
          arguments.push_back(e.i32(size));
        func::CallOp::create(e, each.getCallee(), TypeRange(), arguments);
      }
      e.storeAt(e.i32(1), isPrepared, 4);
    });
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
};

struct EmitEntry : impl::EmitEntryBase<EmitEntry> {
  using EmitEntryBase::EmitEntryBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto schedule = module.lookupSymbol<func::FuncOp>("run");
    if (!schedule || !isSchedule(schedule) || !isPlanned(schedule)) {
      module.emitError("has no planned schedule @run; --loops-plan-memory makes one");
      return signalPassFailure();
    }
    schedule.setName("loops.schedule"); // the function takes its name
    EntryEmitter emitter(schedule, module);
    emitter.emitRun();
    if (profile)
      emitter.emitRunSteps();
    schedule.erase();
    module->setAttrs(DictionaryAttr::get(&getContext())); // the graph's
  }
};

} // namespace

} // namespace wasmind::loops
