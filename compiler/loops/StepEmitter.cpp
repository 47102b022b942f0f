//===- StepEmitter.cpp --------------------------------------------------------------------------------------------===//
#include "compiler/loops/StepEmitter.h"
#include "compiler/graph/State.h"
#include "compiler/loops/Checks.h"
#include "compiler/loops/Steps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

constexpr unsigned branchesPerFunction = 64;
/// Of the steps in one function: some hundred calls, and a fifth of what the contract allows.
constexpr size_t partWeight = 24'000;

/// Whether the step, or one inside, may make the run fail.
bool mayFail(Operation *step) {
  return step
      ->walk([](Operation *inside) {
        return isa<CheckOp, SetDimOp>(inside) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

/// The bytes that the step takes in a module, about; branches weigh as much in what engines are asked.
size_t weightOf(Operation *step) {
  size_t weight = (isa<KernelCallOp, CopyOp>(step) ? 10 : 150) + 6 * step->getNumOperands();
  for (Region &region : step->getRegions())
    for (Operation *inside : stepsIn(region.front()))
      weight += weightOf(inside);
  return weight;
}

size_t weightOf(StepEmitter::Steps steps) {
  size_t weight = 0;
  for (Operation *step : steps)
    weight += weightOf(step);
  return weight;
}

Value isTrue(Emitter &e, Value pointer) {
  return arith::CmpIOp::create(e, arith::CmpIPredicate::ne, e.loadAt(pointer, e.getI8Type(), 1),
                               arith::ConstantIntOp::create(e, e.getI8Type(), 0));
}

} // namespace

StepEmitter::StepEmitter(func::FuncOp schedule, ModuleOp code, ExtentTable extents, PointerTo pointerTo)
    : schedule(schedule), code(code), extents(std::move(extents)), pointerTo(std::move(pointerTo)) {
  const Dims dims = getNamedDims(code);
  firstMeasured = llvm::find_if(dims, [](const NamedDim &dim) { return dim.measured; }) - dims.begin();
}

Value StepEmitter::noneFailed(Emitter &e) const {
  return arith::CmpIOp::create(e, arith::CmpIPredicate::eq, checks->status(e), e.i32(0));
}

void StepEmitter::emit(Emitter &e, Steps steps) {
  if (isOneFunction || weightOf(steps) <= partWeight)
    return emitInline(e, steps);
  while (!steps.empty()) {
    size_t count = 1, weight = weightOf(steps.front());
    while (count < steps.size() && (weight += weightOf(steps[count])) <= partWeight)
      ++count;
    const Steps now = steps.take_front(count);
    steps = steps.drop_front(count);
    if (weightOf(now) > partWeight) // one loop or branch, whose inside is divided
      emitInline(e, now);
    else
      emitElsewhere(e, "part", [&](Emitter &part) { emitInline(part, now); });
    if (!steps.empty() && llvm::any_of(now, mayFail))
      return emitRest(e, [&](Emitter &rest) { emit(rest, steps); });
  }
}

func::FuncOp StepEmitter::emitFunction(Location location, const Twine &name, function_ref<void(Emitter &)> emit) {
  Emitter part(code, location, (prefix + name).str(), {}, extents);
  part.function.setType(part.getFunctionType({}, {}));
  reloadMeasured(part);
  emit(part);
  func::ReturnOp::create(part, ValueRange());
  return part.function;
}

void StepEmitter::emitElsewhere(Emitter &e, StringRef name, function_ref<void(Emitter &)> emit) {
  func::CallOp::create(e, emitFunction(e.getLoc(), name + Twine(functionCount++), emit), ValueRange());
}

/// A step that fails ends the run: what follows it stands in a branch that is taken where none did.
void StepEmitter::emitRest(Emitter &e, function_ref<void(Emitter &)> emit) {
  e.when(noneFailed(e), [&] {
    if (++branchCount % branchesPerFunction != 0)
      emit(e);
    else // deeper nesting than compilers like
      emitElsewhere(e, "rest", emit);
  });
}

void StepEmitter::emitInline(Emitter &e, Steps steps) {
  for (size_t i = 0; i < steps.size(); ++i) {
    emitStep(e, steps[i]);
    if (mayFail(steps[i]) && i + 1 < steps.size())
      return emitRest(e, [&](Emitter &rest) { emitInline(rest, steps.drop_front(i + 1)); });
  }
}

void StepEmitter::emitStep(Emitter &e, Operation *step) {
  if (auto call = dyn_cast<KernelCallOp>(step)) {
    SmallVector<Value> pointers;
    for (Value operand : call.getOperands())
      pointers.push_back(pointerTo(e, operand));
    func::CallOp::create(e, call.getCallee(), TypeRange(), pointers);
  } else if (auto copy = dyn_cast<CopyOp>(step)) {
    auto type = cast<RankedTensorType>(copy.getCopied());
    AffineExpr bytes = normalise(productOf(getExtents(type), e.getContext()) * byteWidth(type.getElementType()));
    Value source = pointerTo(e, copy.getSource()), target = pointerTo(e, copy.getTarget());
    LLVM::MemcpyOp::create(e, target, source, e.index(bytes), /*isVolatile=*/false);
  } else if (auto check = dyn_cast<CheckOp>(step)) {
    checks->setStatus(e, checks->found(e, check));
  } else if (auto measure = dyn_cast<SetDimOp>(step)) {
    checks->setStatus(e, checks->found(e, measure));
  } else if (auto loop = dyn_cast<WhileOp>(step)) {
    emitLoop(e, loop);
  } else if (auto branch = dyn_cast<BranchOp>(step)) {
    emitBranch(e, branch);
  } else if (isa<PublishOp>(step)) {
    publishLate(e);
  } else {
    emitKeep(e);
  }
}

void StepEmitter::emitKeep(Emitter &e) {
  SmallVector<std::pair<unsigned, Value>> kept; // all of them from what the run started with
  for (const KeptDim &dim : getKeptDims(schedule))
    kept.push_back({dim.symbol, e.index(dim.next)});
  for (auto [symbol, extent] : kept)
    e.storeAt(extent, e.addressOfExtent(symbol), 4);
}

void StepEmitter::emitBranch(Emitter &e, BranchOp branch) {
  auto code = scf::IfOp::create(e, isTrue(e, pointerTo(e, branch.getCondition())), /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(e);
  e.setInsertionPointToStart(code.thenBlock());
  emit(e, stepsIn(branch.getThenRegion().front()));
  e.setInsertionPointToStart(code.elseBlock());
  emit(e, stepsIn(branch.getElseRegion().front()));
}

void StepEmitter::emitLoop(Emitter &e, WhileOp loop) {
  Type i64 = e.getI64Type();
  Value trips = pointerTo(e, loop.getTrips()), condition = pointerTo(e, loop.getCondition()),
        iteration = pointerTo(e, loop.getIteration());
  e.storeAt(arith::ConstantIntOp::create(e, i64, 0), iteration, 8);
  scf::WhileOp::create(
      e, TypeRange(), ValueRange(),
      [&](OpBuilder &, Location, ValueRange) {
        Value more =
            arith::CmpIOp::create(e, arith::CmpIPredicate::slt, e.loadAt(iteration, i64, 8), e.loadAt(trips, i64, 8));
        more = arith::AndIOp::create(e, more, isTrue(e, condition));
        if (mayFail(loop))
          more = arith::AndIOp::create(e, more, noneFailed(e));
        scf::ConditionOp::create(e, more, ValueRange());
      },
      [&](OpBuilder &, Location, ValueRange) {
        emit(e, stepsIn(loop.getBody().front()));
        Value counted = arith::AddIOp::create(e, e.loadAt(iteration, i64, 8), arith::ConstantIntOp::create(e, i64, 1));
        e.storeAt(counted, iteration, 8);
        scf::YieldOp::create(e);
      });
}

} // namespace wasmind::loops
