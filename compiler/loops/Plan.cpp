//===- Plan.cpp ---------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Plan.h"
#include "compiler/graph/State.h"
#include "compiler/loops/Placement.h"
#include "compiler/loops/Steps.h"
#include <algorithm>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

constexpr uint64_t pageSize = 65536;
constexpr StringLiteral stateAttribute = "graph.state";

std::string nameOf(func::FuncOp entry, unsigned position, bool isResult) {
  auto name = isResult ? entry.getResultAttrOfType<StringAttr>(position, "graph.name")
                       : entry.getArgAttrOfType<StringAttr>(position, "graph.name");
  return name ? name.str() : (isResult ? "out" : "in") + std::to_string(position);
}

/// Whether `next` can be computed where `state` lies: nothing reads the old value after the first write of the new one,
/// and no step that may end the run comes after it. A loop or branch counts as one step.
bool comesAfterReads(ArrayRef<KernelCall> calls, Value state, Value next) {
  unsigned depth = 0;
  bool isRead = false, isWritten = false, isNextWritten = false, mayFail = false;
  for (const KernelCall &call : calls) {
    const bool opens = call.form == KernelCall::Form::Loop || call.form == KernelCall::Form::Then;
    depth += opens;
    for (const KernelOperand &operand : call.operands) {
      isRead |= operand.tensor == state;
      isWritten |= operand.tensor == next;
    }
    depth -= call.form == KernelCall::Form::End;
    if (isNextWritten && call.form == KernelCall::Form::Measure)
      return false;
    mayFail |= call.form == KernelCall::Form::Measure;
    if (depth != 0)
      continue;
    if (isWritten && mayFail && call.form == KernelCall::Form::End)
      return false;
    mayFail = false;
    const bool isInPlace = call.form == KernelCall::Form::Copy ||
                           (call.form == KernelCall::Form::Call && llvm::is_contained(call.outputs, next) &&
                            llvm::is_contained(call.inPlace, state));
    if (isRead && (isNextWritten || (isWritten && !isInPlace)))
      return false;
    isNextWritten |= isWritten;
    isRead = isWritten = false;
  }
  return true;
}

} // namespace

void MemoryPlan::placeState(func::FuncOp entry, std::vector<KernelCall> &calls) {
  Block &body = entry.getBody().front();
  std::vector<KernelCall> copies;
  for (BlockArgument argument : body.getArguments()) {
    auto position = entry.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), stateAttribute);
    if (!position)
      continue;
    Value next = body.getTerminator()->getOperand(position.getInt());
    if (!addresses.count(next) && comesAfterReads(calls, argument, next)) {
      addresses[next] = addresses[argument];
      continue;
    }
    KernelCall copy;
    copy.form = KernelCall::Form::Copy;
    copy.copied = cast<RankedTensorType>(next.getType());
    copy.operands.resize(2);
    copy.operands[0].tensor = next;
    copy.operands[1].tensor = argument;
    copy.step = copyStep(kernels, next.getLoc(), copy.copied);
    copies.push_back(std::move(copy));
  }
  // Behind everything that reads an old value.
  calls.insert(calls.end(), copies.begin(), copies.end());
  if (!graph::getKeptDims(entry).empty()) {
    calls.emplace_back().form = KernelCall::Form::Keep;
    calls.back().step = plainStep("keep");
  }
}

FailureOr<uint64_t> MemoryPlan::byteLengthOf(Value tensor, Location location, bool isSlot) {
  auto type = cast<RankedTensorType>(tensor.getType());
  // Hosts know the bounds of each dimension, not what is required of several.
  Dims dims = kernels.dims;
  if (isSlot)
    dims.facts.clear();
  auto count = boundedElementCount(type, dims);
  uint64_t byteLength = count ? uint64_t(*count) * byteWidth(type.getElementType()) : ~uint64_t(0);
  if (byteLength > kernels.options.limit) {
    std::string dims;
    for (const NamedDim &dim : kernels.dims)
      dims += " --dim " + dim.name + "=" + std::to_string(dim.min) + ".." + std::to_string(dim.max);
    return emitError(location) << "a tensor of " << (count ? std::to_string(byteLength) : std::string("over 2^40"))
                               << " bytes exceeds the memory limit of " << kernels.options.limit << " bytes"
                               << (dims.empty() ? std::string() : "; narrow the bounds, now" + dims);
  }
  return byteLength;
}

Type MemoryPlan::withGivenExtents(Type tensor, ModuleOp module) const {
  SmallVector<AffineExpr> extents = getExtents(tensor);
  Dims dims = kernels.dims;
  dims.facts.clear(); // a slot is as long as its extents are at the bounds of their dimensions
  for (AffineExpr &extent : extents) {
    if (isa<AffineConstantExpr, AffineSymbolExpr>(extent) || lastMeasured(extent, kernels.dims) >= 0)
      continue;
    for (auto [i, dim] : llvm::enumerate(kernels.dims)) {
      const AffineExpr symbol = getAffineSymbolExpr(i, extent.getContext());
      if (!dim.measured && dim.max == boundsOf(extent, dims).max &&
          llvm::any_of(getRequirements(module), [&](const Requirement &requirement) {
            return requirement.isZero && (normalise(symbol - extent) == normalise(requirement.expression) ||
                                          normalise(extent - symbol) == normalise(requirement.expression));
          })) {
        extent = symbol;
        break;
      }
    }
  }
  return makeTensorType(extents, cast<RankedTensorType>(tensor).getElementType());
}

void MemoryPlan::declareExtents(func::FuncOp entry) {
  SmallVector<Type> results; // that hosts see
  for (unsigned i = 0; i < entry.getNumResults(); ++i)
    if (!entry.getResultAttr(i, "graph.hidden"))
      results.push_back(withGivenExtents(entry.getResultTypes()[i], entry->getParentOfType<ModuleOp>()));
  for (auto [i, dim] : llvm::enumerate(kernels.dims)) {
    AffineExpr symbol = getAffineSymbolExpr(i, entry.getContext());
    bool isHidden =
        dim.measured && llvm::none_of(results, [&](Type type) { return llvm::is_contained(getExtents(type), symbol); });
    program.extents.push_back(
        {dim.name, symbol, dim.min, dim.max, uint32_t(kernels.extents.address + 4 * i), dim.measured, isHidden, {}});
  }
  for (const KeptDim &kept : getKeptDims(entry))
    program.extents[kept.symbol].initial = kept.initial;
  Dims dims = kernels.dims;
  dims.facts.clear(); // as in the slots' lengths
  auto declare = [&](Type tensor) {
    for (AffineExpr extent : getExtents(tensor)) {
      if (constantOf(extent) ||
          llvm::any_of(program.extents, [&](const ExtentSlot &slot) { return slot.expression == extent; }))
        continue;
      Interval bounds = boundsOf(extent, dims); // possibly wider than what extents can be
      // A dimension of the model may be named like an expression ("past + 1") and yet be one of its own.
      std::string name = toString(extent, kernels.dims);
      while (llvm::any_of(program.extents, [&](const ExtentSlot &slot) { return slot.name == name; }))
        name += " computed";
      program.extents.push_back({name,
                                 extent,
                                 std::max<int64_t>(bounds.min, 0),
                                 bounds.max,
                                 uint32_t(kernels.options.base + 4 * program.extents.size()),
                                 true,
                                 false,
                                 {}});
    }
  };
  for (Type type : entry.getFunctionType().getInputs())
    declare(type);
  for (Type type : results)
    declare(type);
}

LogicalResult MemoryPlan::run(func::FuncOp entry, std::vector<KernelCall> &calls) {
  declareExtents(entry);
  uint64_t next = kernels.options.base;
  auto take = [&](uint64_t byteLength) {
    uint64_t offset = llvm::alignTo(next, alignment);
    next = offset + byteLength;
    return uint32_t(offset);
  };
  const bool mayFail =
      llvm::any_of(calls, [](const KernelCall &call) { return call.dim >= 0 || call.form == KernelCall::Form::Check; });
  program.extentTable.byteLength = 4 * (program.extents.size() + mayFail);
  program.extentTable.offset = take(program.extentTable.byteLength);

  // Inputs, outputs and state. The next value of a state that is no output is an intermediate tensor.
  Block &body = entry.getBody().front();
  auto slot = [&](Value tensor, Type type, unsigned position, bool isResult) -> LogicalResult {
    auto byteLength = byteLengthOf(tensor, entry.getLoc(), /*isSlot=*/true);
    if (failed(byteLength))
      return failure();
    if (isResult)
      type = withGivenExtents(type, entry->getParentOfType<ModuleOp>());
    Slot slot{nameOf(entry, position, isResult), cast<RankedTensorType>(type), take(*byteLength),
              uint32_t(*byteLength)};
    next += slack;
    addresses[tensor] = slot.offset;
    if (auto next = isResult ? IntegerAttr() : entry.getArgAttrOfType<IntegerAttr>(position, stateAttribute))
      program.state.push_back({slot, nameOf(entry, next.getInt(), /*isResult=*/true), std::nullopt});
    else
      (isResult ? program.outputs : program.inputs).push_back(slot);
    return success();
  };
  for (auto [i, argument] : llvm::enumerate(body.getArguments()))
    if (failed(slot(argument, argument.getType(), i, false)))
      return failure();
  for (auto [i, result] : llvm::enumerate(body.getTerminator()->getOperands()))
    if (!entry.getResultAttr(i, "graph.hidden") && failed(slot(result, result.getType(), i, true)))
      return failure();
  placeState(entry, calls);

  // Where tensors are used last, and in which loop each step is: memory passes in place from a tensor to one computed
  // from it only at its last use, and within one loop (the next iteration may read it again).
  DenseMap<Value, size_t> lastUse;
  SmallVector<size_t> loopOf(calls.size()), enclosing{0};
  for (auto [i, call] : llvm::enumerate(calls)) {
    for (const KernelOperand &operand : call.operands)
      if (operand.tensor)
        lastUse[operand.tensor] = i;
    loopOf[i] = enclosing.back();
    if (call.form == KernelCall::Form::Loop || call.form == KernelCall::Form::Then)
      enclosing.push_back(call.form == KernelCall::Form::Loop ? i + 1 : enclosing.back());
    else if (call.form == KernelCall::Form::End)
      enclosing.pop_back();
  }

  // Intermediate tensors and scratch share the arena.
  std::vector<Lifetime> lifetimes;
  DenseMap<Value, size_t> tensorLife;
  std::vector<std::vector<size_t>> scratchLife(calls.size());
  for (auto [i, call] : llvm::enumerate(calls))
    for (const KernelOperand &operand : call.operands) {
      if (operand.isWeights || operand.isPrepared || (operand.tensor && operand.tensor.getDefiningOp<ConstantOp>()))
        continue;
      if (operand.isScratch()) {
        scratchLife[i].push_back(lifetimes.size());
        lifetimes.push_back({llvm::alignTo(kernels.bound(operand.scratchBytes) + slack, alignment), i, i});
        continue;
      }
      if (addresses.count(operand.tensor))
        continue;
      auto [found, isNew] = tensorLife.try_emplace(operand.tensor, lifetimes.size());
      if (isNew && llvm::is_contained(call.outputs, operand.tensor)) {
        for (Value input : call.inPlace)
          if (auto life = tensorLife.find(input);
              life != tensorLife.end() && lastUse[input] == i && loopOf[lifetimes[life->second].first] == loopOf[i]) {
            found->second = life->second;
            isNew = false;
            break;
          }
      }
      if (isNew) {
        auto byteLength = byteLengthOf(operand.tensor, operand.tensor.getLoc());
        if (failed(byteLength))
          return failure();
        lifetimes.push_back({llvm::alignTo(*byteLength + slack, alignment), i, i});
      }
      lifetimes[found->second].last = i;
    }
  // What a loop reads from before it, or carries, lives until its end: the next iteration reads it again.
  SmallVector<size_t> open;
  for (auto [i, call] : llvm::enumerate(calls)) {
    if (call.form == KernelCall::Form::Loop || call.form == KernelCall::Form::Then)
      open.push_back(i);
    if (call.form != KernelCall::Form::End)
      continue;
    size_t begin = open.pop_back_val();
    if (calls[begin].form == KernelCall::Form::Loop)
      for (Lifetime &life : lifetimes)
        if (life.first <= begin && life.last >= begin) // = begin: the trip count, the condition and the iteration
          life.last = std::max(life.last, i);
  }
  uint64_t arenaBytes = placeAll(lifetimes, calls.size());
  program.leastArenaBytes = leastBytes(lifetimes, calls.size());
  if (next + arenaBytes > kernels.options.limit)
    return emitError(entry.getLoc()) << "the memory plan needs " << next + arenaBytes
                                     << " bytes, more than the limit of " << kernels.options.limit
                                     << "; set narrower bounds with --dim";
  program.arena = {take(arenaBytes), uint32_t(arenaBytes)};
  for (auto [tensor, life] : tensorLife)
    addresses[tensor] = program.arena.offset + lifetimes[life].offset;
  for (auto [i, call] : llvm::enumerate(calls))
    for (size_t life : scratchLife[i])
      call.scratch.push_back(program.arena.offset + lifetimes[life].offset);

  // Weights, last: they may be large. What is prepared from them lies in front of them, behind a word that says whether
  // that has been done.
  for (KernelCall &call : calls)
    for (KernelOperand &operand : call.operands)
      if (operand.tensor && operand.tensor.getDefiningOp<ConstantOp>()) {
        operand.address = kernels.weightsOf(operand.tensor);
        operand.isWeights = true;
      }
  std::vector<StateSlot>::iterator state = program.state.begin();
  for (unsigned i = 0; i < entry.getNumArguments(); ++i)
    if (entry.getArgAttr(i, stateAttribute)) {
      if (auto initial = entry.getArgAttrOfType<ElementsAttr>(i, "graph.initial"))
        state->initialOffset = kernels.weightsOf(initial);
      ++state;
    }
  const uint64_t preparedBytes = kernels.preparations.empty() ? 0 : alignment + kernels.preparedBytes;
  const uint64_t stepRangeBytes = kernels.options.profile ? 2 * sizeof(int32_t) : 0;
  const uint64_t behindWeights = stepRangeBytes ? alignment + stepRangeBytes : slack;
  uint64_t total = llvm::alignTo(next, alignment) + preparedBytes + kernels.weightBytes + behindWeights;
  if (total > (uint64_t(1) << 32) - pageSize)
    return emitError(entry.getLoc()) << "the module would need " << total << " bytes; a 32-bit memory has 4 GiB";
  program.prepared = {take(preparedBytes), uint32_t(preparedBytes)};
  weightsBase = take(kernels.weightBytes);
  program.weights = {weightsBase, uint32_t(kernels.weightBytes)};
  if (stepRangeBytes)
    program.stepRange = {take(stepRangeBytes), uint32_t(stepRangeBytes)};
  for (StateSlot &each : program.state)
    if (each.initialOffset)
      *each.initialOffset += weightsBase;
  for (Segment &segment : kernels.weights)
    program.segments.push_back({weightsBase + segment.address, segment.bytes, segment.owned});
  program.pages = (total + pageSize - 1) / pageSize;
  return success();
}

uint32_t MemoryPlan::addressOf(const KernelOperand &operand, const KernelCall &call) const {
  if (operand.isWeights)
    return weightsBase + operand.address;
  if (operand.isPrepared)
    return addressOfPrepared(operand.address);
  if (operand.tensor)
    return addresses.lookup(operand.tensor) + operand.firstByte;
  size_t position = 0;
  for (const KernelOperand &other : call.operands) {
    if (&other == &operand)
      break;
    position += other.isScratch();
  }
  return call.scratch[position];
}

} // namespace wasmind::loops
