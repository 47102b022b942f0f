//===- Plan.cpp - the parts and the slots of a planned memory -----------------------------------------------------===//
#include "compiler/loops/Plan.h"
#include "abi/Signature.h"
#include "compiler/graph/Constants.h"
#include "compiler/loops/Kernel.h"
#include "compiler/loops/Steps.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

constexpr StringLiteral addressAttribute = "loops.address", planAttribute = "loops.plan";

std::pair<StringRef, Range MemoryParts::*> const ranges[] = {{"extents", &MemoryParts::extents},
                                                             {"arena", &MemoryParts::arena},
                                                             {"prepared", &MemoryParts::prepared},
                                                             {"weights", &MemoryParts::weights},
                                                             {"steps", &MemoryParts::stepRange}};

std::string nameOf(func::FuncOp entry, unsigned position, bool isResult) {
  auto name = isResult ? entry.getResultAttrOfType<StringAttr>(position, "graph.name")
                       : entry.getArgAttrOfType<StringAttr>(position, "graph.name");
  return name ? name.str() : (isResult ? "out" : "in") + std::to_string(position);
}

/// Hosts know the bounds of each dimension, not what is required of several.
Dims dimsOfHosts(func::FuncOp entry) {
  Dims dims = getNamedDims(entry->getParentOfType<ModuleOp>());
  dims.facts.clear();
  return dims;
}

} // namespace

MemoryParts partsOf(func::FuncOp schedule) {
  auto plan = schedule->getAttrOfType<DictionaryAttr>(planAttribute);
  MemoryParts parts;
  for (auto [name, part] : ranges)
    if (auto range = plan.getAs<DenseI64ArrayAttr>(name))
      parts.*part = {uint32_t(range[0]), uint32_t(range[1])};
  parts.leastArenaBytes = plan.getAs<IntegerAttr>("least_arena_bytes").getInt();
  parts.end = plan.getAs<IntegerAttr>("end").getInt();
  return parts;
}

void setParts(func::FuncOp schedule, const MemoryParts &parts) {
  Builder builder(schedule.getContext());
  NamedAttrList plan;
  for (auto [name, part] : ranges)
    plan.append(name, builder.getDenseI64ArrayAttr({(parts.*part).offset, (parts.*part).byteLength}));
  plan.append("least_arena_bytes", builder.getI64IntegerAttr(parts.leastArenaBytes));
  plan.append("end", builder.getI64IntegerAttr(parts.end));
  schedule->setAttr(planAttribute, plan.getDictionary(schedule.getContext()));
}

static IntegerAttr addressAttributeOf(Value memory) {
  if (Operation *op = memory.getDefiningOp())
    return op->getAttrOfType<IntegerAttr>(addressAttribute);
  auto argument = cast<BlockArgument>(memory);
  return cast<func::FuncOp>(argument.getOwner()->getParentOp())
      .getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), addressAttribute);
}

uint32_t addressOf(Value memory) {
  if (auto view = memory.getDefiningOp<ViewOp>())
    return addressOf(view.getMemory()) + view.getFirstByte();
  return addressAttributeOf(memory).getInt();
}

bool isPlaced(Value memory) { return addressAttributeOf(memory) != nullptr; }

bool isPlanned(func::FuncOp schedule) {
  const WalkResult result = schedule.walk([](Operation *op) {
    return isa<BufferOp, PrepareOp, ConstantOp>(op) && !isPlaced(op->getResult(0)) ? WalkResult::interrupt()
                                                                                   : WalkResult::advance();
  });
  return schedule->hasAttrOfType<DictionaryAttr>(planAttribute) && !result.wasInterrupted() &&
         llvm::all_of(schedule.getArguments(), isPlaced);
}

void setAddress(Value memory, uint64_t address) {
  const IntegerAttr attribute = Builder(memory.getContext()).getI64IntegerAttr(address);
  if (Operation *op = memory.getDefiningOp())
    return op->setAttr(addressAttribute, attribute);
  auto argument = cast<BlockArgument>(memory);
  cast<func::FuncOp>(argument.getOwner()->getParentOp())
      .setArgAttr(argument.getArgNumber(), addressAttribute, attribute);
}

std::vector<std::pair<Value, Segment>> segmentsOf(func::FuncOp schedule) {
  std::vector<std::pair<Value, Segment>> segments;
  for (auto constant : schedule.getOps<ConstantOp>()) {
    ConstantData data = dataOf(constant.getValue());
    Segment segment{0, data.bytes, data.owned};
    if (data.splat && data.elementCount != 1) {
      segment.owned = std::make_shared<std::vector<char>>();
      for (int64_t i = 0; i < data.elementCount; ++i)
        segment.owned->insert(segment.owned->end(), data.bytes.begin(), data.bytes.end());
      segment.bytes = *segment.owned;
    }
    segments.push_back({constant.getResult(), std::move(segment)});
  }
  return segments;
}

void releaseConstants(ModuleOp module) {
  module.walk([](ConstantOp constant) {
    auto bytes = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
    if (bytes && constant->hasAttr(packedAttribute))
      bytes.getRawHandle().getResource()->setBlob(AsmResourceBlob());
  });
}

/// What hosts see of an output's type: the given dimensions in place of what they are required to equal, as a name
/// "past + seq" says.
static RankedTensorType outputType(func::FuncOp entry, Type tensor) {
  const Dims dims = dimsOfHosts(entry);
  SmallVector<AffineExpr> extents = getExtents(tensor);
  const auto requirements = getRequirements(entry->getParentOfType<ModuleOp>());
  for (AffineExpr &extent : extents) {
    if (isa<AffineConstantExpr, AffineSymbolExpr>(extent) || lastMeasured(extent, dims) >= 0)
      continue;
    for (auto [i, dim] : llvm::enumerate(dims)) {
      const AffineExpr symbol = getAffineSymbolExpr(i, extent.getContext());
      if (!dim.measured && dim.max == boundsOf(extent, dims).max &&
          llvm::any_of(requirements, [&](const Requirement &requirement) {
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

std::optional<uint64_t> boundedBytes(Type tensor, const Dims &dims) {
  auto count = boundedElementCount(tensor, dims);
  return count ? std::optional(uint64_t(*count) * byteWidth(cast<RankedTensorType>(tensor).getElementType()))
               : std::nullopt;
}

std::optional<uint64_t> slotBytes(func::FuncOp entry, Type tensor) { return boundedBytes(tensor, dimsOfHosts(entry)); }

std::vector<ExtentSlot> extentsOf(func::FuncOp entry, uint32_t address) {
  const Dims dims = dimsOfHosts(entry);
  std::vector<ExtentSlot> slots;
  SmallVector<Type> results; // that hosts see
  for (unsigned i = 0; i < entry.getNumResults(); ++i)
    if (!entry.getResultAttr(i, "graph.hidden"))
      results.push_back(outputType(entry, entry.getResultTypes()[i]));
  auto add = [&](std::string name, AffineExpr extent, Interval bounds, bool isDerived, bool isHidden) {
    slots.push_back({std::move(name),
                     extent,
                     bounds.min,
                     bounds.max,
                     uint32_t(address + 4 * slots.size()),
                     isDerived,
                     isHidden,
                     {}});
  };
  for (auto [i, dim] : llvm::enumerate(dims)) {
    AffineExpr symbol = getAffineSymbolExpr(i, entry.getContext());
    const bool isHidden =
        dim.measured && llvm::none_of(results, [&](Type type) { return llvm::is_contained(getExtents(type), symbol); });
    add(dim.name, symbol, {dim.min, dim.max}, dim.measured, isHidden);
  }
  for (const KeptDim &kept : getKeptDims(entry))
    slots[kept.symbol].initial = kept.initial;
  auto declare = [&](Type tensor) {
    for (AffineExpr extent : getExtents(tensor)) {
      if (constantOf(extent) || llvm::any_of(slots, [&](const ExtentSlot &slot) { return slot.expression == extent; }))
        continue;
      Interval bounds = boundsOf(extent, dims); // possibly wider than what extents can be
      // A dimension of the model may be named like an expression ("past + 1") and yet be one of its own.
      std::string name = toString(extent, dims);
      while (llvm::any_of(slots, [&](const ExtentSlot &slot) { return slot.name == name; }))
        name += " computed";
      add(name, extent, {std::max<int64_t>(bounds.min, 0), bounds.max}, /*isDerived=*/true, /*isHidden=*/false);
    }
  };
  for (Type type : entry.getFunctionType().getInputs())
    declare(type);
  for (Type type : results)
    declare(type);
  return slots;
}

Program describeProgram(func::FuncOp schedule, bool profile) {
  const MemoryParts parts = partsOf(schedule);
  Program program;
  program.extentTable = parts.extents;
  program.arena = parts.arena;
  program.leastArenaBytes = parts.leastArenaBytes;
  program.prepared = parts.prepared;
  program.weights = parts.weights;
  program.stepRange = parts.stepRange;
  program.pages = (parts.end + abi::pageByteLength - 1) / abi::pageByteLength;
  program.extents = extentsOf(schedule, parts.extents.offset);
  for (auto &[constant, segment] : segmentsOf(schedule)) {
    segment.address = addressOf(constant);
    program.segments.push_back(std::move(segment));
  }
  program.kernels = kernelsOf(schedule);
  program.steps = stepsOf(schedule, profile);

  auto slot = [&](std::string name, Value memory, Type type) {
    return Slot{std::move(name), cast<RankedTensorType>(type), addressOf(memory),
                uint32_t(*slotBytes(schedule, memory.getType()))};
  };
  for (BlockArgument argument : schedule.getArguments()) {
    const unsigned i = argument.getArgNumber();
    Slot input = slot(nameOf(schedule, i, /*isResult=*/false), argument, argument.getType());
    auto next = schedule.getArgAttrOfType<IntegerAttr>(i, stateAttribute);
    if (!next) {
      program.inputs.push_back(std::move(input));
      continue;
    }
    StateSlot state{std::move(input), nameOf(schedule, next.getInt(), /*isResult=*/true), std::nullopt};
    if (auto initial = schedule.getArgAttrOfType<ElementsAttr>(i, initialAttribute))
      for (auto constant : schedule.getOps<ConstantOp>())
        if (constant.getValue() == initial)
          state.initialOffset = addressOf(constant.getResult());
    program.state.push_back(std::move(state));
  }
  Operation *end = schedule.getBody().front().getTerminator();
  for (auto [i, result] : llvm::enumerate(end->getOperands()))
    if (!schedule.getResultAttr(i, "graph.hidden"))
      program.outputs.push_back(
          slot(nameOf(schedule, i, /*isResult=*/true), result, outputType(schedule, schedule.getResultTypes()[i])));
  return program;
}

} // namespace wasmind::loops
