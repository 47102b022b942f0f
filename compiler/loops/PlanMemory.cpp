//===- PlanMemory.cpp - an address for all memory of a schedule ---------------------------------------------------===//
//
// Intermediate tensors share the arena by liveness: two overlap only when no kernel runs between the first write of one
// and the last read of the other, or when one is computed from the other in place. Inputs and outputs keep memory of
// their own, so inputs survive a run. So does state; its next value is written there after all reads of the old one.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "abi/Signature.h"
#include "compiler/graph/Constants.h"
#include "compiler/graph/State.h"
#include "compiler/loops/Passes.h"
#include "compiler/loops/Placement.h"
#include "compiler/loops/Plan.h"
#include "compiler/loops/Steps.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
#define GEN_PASS_DEF_PLANMEMORY
#include "compiler/loops/LoopsPasses.h.inc"

namespace {

/// The steps of a schedule, each at a time; those with steps inside begin ahead of them and end behind them.
class Timeline {
public:
  explicit Timeline(Block &block) {
    add(block, 0);
    end = next;
  }

  struct Entry {
    Operation *step;
    size_t begin, end;
    size_t loop; ///< when the innermost loop around it begins, plus one; 0 for none
  };
  std::vector<Entry> entries; ///< by begin
  size_t end = 0;             ///< when all is done

private:
  size_t next = 0;

  void add(Block &block, size_t loop) {
    for (Operation *step : stepsIn(block)) {
      const size_t position = entries.size(), begin = next++;
      entries.push_back({step, begin, begin, loop});
      for (Region &region : step->getRegions()) {
        add(region.front(), isa<WhileOp>(step) ? begin + 1 : loop);
        entries[position].end = next++; // between the branches, and at the end
      }
    }
  }
};

/// The memory whose place `memory` may take when the step writes it.
SmallVector<Value> placesFor(Value memory, Operation *step) {
  auto call = dyn_cast<KernelCallOp>(step);
  if (!call || call.getInPlace().empty() || call.getOperands()[call.getWrites().front()] != memory)
    return {};
  return llvm::map_to_vector(call.getInPlace(), [&](int32_t i) { return memoryOf(call.getOperands()[i]); });
}

/// Whether `next` can be computed where `state` lies: nothing reads the old value after the first write of the new one,
/// and no step that may end the run comes after it. What a loop or a branch holds counts as one step.
bool comesAfterReads(Block &schedule, Value state, Value next) {
  bool isNextWritten = false;
  for (Operation *step : stepsIn(schedule)) {
    bool isRead = false, isWritten = false, mayFail = false;
    step->walk<WalkOrder::PreOrder>([&](Operation *inside) {
      if (!inside->hasTrait<IsStep>())
        return;
      for (Value operand : inside->getOperands()) {
        isRead |= memoryOf(operand) == state;
        isWritten |= memoryOf(operand) == next;
      }
      mayFail |= isa<SetDimOp>(inside);
    });
    if (mayFail && (isNextWritten || (isWritten && step->getNumRegions())))
      return false;
    const bool isInPlace = isa<CopyOp>(step) || llvm::is_contained(placesFor(next, step), state);
    if (isRead && (isNextWritten || (isWritten && !isInPlace)))
      return false;
    isNextWritten |= isWritten;
  }
  return true;
}

class Planner {
public:
  Planner(func::FuncOp schedule, uint32_t base, uint64_t limit, bool profile)
      : schedule(schedule), body(schedule.getBody().front()), dims(getNamedDims(schedule->getParentOfType<ModuleOp>())),
        limit(limit), profile(profile), next(base) {}

  /// Failure has been reported as a diagnostic.
  LogicalResult run() {
    placeExtents();
    if (failed(placeSlots()))
      return failure();
    placeState();
    if (failed(placeArena()) || failed(placeWeights()))
      return failure();
    setParts(schedule, parts);
    return success();
  }

private:
  func::FuncOp schedule;
  Block &body;
  const Dims dims;
  const uint64_t limit;
  const bool profile;
  uint64_t next; ///< the first byte that is free
  MemoryParts parts;

  Range take(uint64_t byteLength) {
    const uint64_t offset = llvm::alignTo(next, alignment);
    next = offset + byteLength;
    return {uint32_t(offset), uint32_t(byteLength)};
  }

  void placeExtents() {
    bool mayFail = false;
    schedule.walk([&](Operation *step) { mayFail |= isa<CheckOp, SetDimOp>(step); });
    parts.extents = take(4 * (extentsOf(schedule, 0).size() + mayFail));
  }

  FailureOr<uint64_t> checked(std::optional<uint64_t> byteLength, Location location) {
    if (byteLength && *byteLength <= limit)
      return *byteLength;
    std::string narrower;
    for (const NamedDim &dim : dims)
      narrower += " --dim " + dim.name + "=" + std::to_string(dim.min) + ".." + std::to_string(dim.max);
    return emitError(location) << "a tensor of " << (byteLength ? std::to_string(*byteLength) : "over 2^40")
                               << " bytes exceeds the memory limit of " << limit << " bytes"
                               << (narrower.empty() ? "" : "; narrow the bounds, now" + narrower);
  }

  /// Inputs, state and outputs. A state's next value that is no output is an intermediate tensor.
  LogicalResult placeSlots() {
    auto place = [&](Value memory) -> LogicalResult {
      auto byteLength = checked(slotBytes(schedule, memory.getType()), schedule.getLoc());
      if (failed(byteLength))
        return failure();
      setAddress(memory, take(*byteLength).offset);
      next += slack;
      return success();
    };
    for (Value argument : body.getArguments())
      if (failed(place(argument)))
        return failure();
    for (auto [i, result] : llvm::enumerate(body.getTerminator()->getOperands()))
      if (!schedule.getResultAttr(i, "graph.hidden") && failed(place(result)))
        return failure();
    return success();
  }

  /// Where the next values of states lie: in the state where that is safe; else they are copied there by steps at the
  /// end, behind everything that reads an old value.
  void placeState() {
    OpBuilder builder(body.getTerminator());
    SmallVector<std::pair<Value, Value>> copies;
    for (BlockArgument argument : body.getArguments()) {
      auto position = schedule.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), stateAttribute);
      if (!position)
        continue;
      Value value = body.getTerminator()->getOperand(position.getInt());
      if (!isPlaced(value) && comesAfterReads(body, argument, value))
        setAddress(value, addressOf(argument));
      else
        copies.push_back({value, argument});
    }
    for (auto [value, state] : copies) {
      auto type = cast<RankedTensorType>(value.getType());
      describe(CopyOp::create(builder, value.getLoc(), value, state, type), copyStep(type, dims));
    }
    if (!getKeptDims(schedule).empty())
      KeepOp::create(builder, UnknownLoc::get(builder.getContext()));
  }

  /// Intermediate tensors and scratch share the arena.
  LogicalResult placeArena() {
    const Timeline timeline(body);
    // Where memory is used last: it passes in place to what is computed from it only at its last use, and within one
    // loop (the next iteration may read it again).
    DenseMap<Value, size_t> lastUse;
    for (const auto &[step, begin, end, loop] : timeline.entries)
      for (Value operand : step->getOperands())
        lastUse[memoryOf(operand)] = begin;

    std::vector<Lifetime> lifetimes;
    SmallVector<size_t> loops; // in which the lifetimes begin
    llvm::MapVector<Value, size_t> lifeOf;
    for (const auto &[step, begin, end, loop] : timeline.entries)
      for (Value operand : step->getOperands()) {
        Value memory = memoryOf(operand);
        if (!memory.getDefiningOp<BufferOp>() || isPlaced(memory))
          continue;
        auto [found, isNew] = lifeOf.try_emplace(memory, lifetimes.size());
        if (isNew)
          for (Value input : placesFor(memory, step))
            if (auto life = lifeOf.find(input);
                life != lifeOf.end() && input != memory && lastUse[input] == begin && loops[life->second] == loop) {
              found->second = life->second;
              isNew = false;
              break;
            }
        if (isNew) {
          auto byteLength = checked(boundedBytes(memory.getType(), dims), memory.getLoc());
          if (failed(byteLength))
            return failure();
          lifetimes.push_back({llvm::alignTo(*byteLength + slack, alignment), begin, begin});
          loops.push_back(loop);
        }
        lifetimes[found->second].last = begin;
      }
    // What a loop reads from before it, or carries, lives until its end: the next iteration reads it again.
    for (const auto &[step, begin, end, loop] : timeline.entries)
      if (isa<WhileOp>(step))
        for (Lifetime &life : lifetimes)
          if (life.first <= begin && life.last >= begin) // = begin: the trip count, the condition and the iteration
            life.last = std::max(life.last, end);

    const uint64_t byteLength = placeAll(lifetimes, timeline.end);
    parts.leastArenaBytes = leastBytes(lifetimes, timeline.end);
    if (next + byteLength > limit)
      return emitError(schedule.getLoc())
             << "the memory plan needs " << next + byteLength << " bytes, more than the limit of " << limit
             << "; set narrower bounds with --dim";
    parts.arena = take(byteLength);
    for (auto [memory, life] : lifeOf)
      setAddress(memory, parts.arena.offset + lifetimes[life].offset);
    return success();
  }

  /// Weights, last: they may be large. What is prepared from them lies in front of them, behind a word that says
  /// whether that has been done.
  LogicalResult placeWeights() {
    keepInitialValues();
    uint64_t preparedBytes = 0, weightBytes = 0;
    SmallVector<std::pair<Value, uint64_t>> prepared, weights;
    auto place = [](SmallVectorImpl<std::pair<Value, uint64_t>> &places, uint64_t &end, Value memory) {
      auto type = cast<RankedTensorType>(memory.getType());
      places.push_back({memory, llvm::alignTo(end, alignment)});
      end = places.back().second + type.getNumElements() * byteWidth(type.getElementType());
    };
    for (auto each : body.getOps<PrepareOp>())
      place(prepared, preparedBytes, each.getMemory());
    for (auto each : body.getOps<ConstantOp>())
      place(weights, weightBytes, each.getResult());

    if (!prepared.empty())
      preparedBytes = llvm::alignTo(preparedBytes, alignment) + alignment;
    const uint64_t stepRangeBytes = profile ? 2 * sizeof(int32_t) : 0;
    parts.end = llvm::alignTo(next, alignment) + preparedBytes + weightBytes +
                (stepRangeBytes ? alignment + stepRangeBytes : slack);
    if (parts.end > (uint64_t(1) << 32) - abi::pageByteLength)
      return emitError(schedule.getLoc())
             << "the module would need " << parts.end << " bytes; a 32-bit memory has 4 GiB";
    parts.prepared = take(preparedBytes);
    parts.weights = take(weightBytes);
    if (stepRangeBytes)
      parts.stepRange = take(stepRangeBytes);
    for (auto [memory, offset] : prepared)
      setAddress(memory, parts.prepared.offset + alignment + offset);
    for (auto [memory, offset] : weights)
      setAddress(memory, parts.weights.offset + offset);
    return success();
  }

  /// The initial values of states are weights, too.
  void keepInitialValues() {
    DenseSet<Attribute> known;
    for (auto constant : body.getOps<ConstantOp>())
      known.insert(constant.getValue());
    OpBuilder builder = OpBuilder::atBlockBegin(&body);
    for (unsigned i = 0; i < schedule.getNumArguments(); ++i)
      if (auto initial = schedule.getArgAttrOfType<ElementsAttr>(i, initialAttribute))
        if (schedule.getArgAttr(i, stateAttribute) && known.insert(initial).second)
          ConstantOp::create(builder, schedule.getLoc(), initial.getType(), initial);
  }
};

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override {
    auto schedule = getOperation().lookupSymbol<func::FuncOp>("run");
    if (!schedule) {
      getOperation().emitError("has no function @run");
      return signalPassFailure();
    }
    if (!isSchedule(schedule)) {
      schedule.emitError("is no schedule; --loops-lower-dispatches makes one");
      return signalPassFailure();
    }
    if (failed(Planner(schedule, base, limit, profile).run()))
      signalPassFailure();
  }
};

} // namespace

} // namespace wasmind::loops
