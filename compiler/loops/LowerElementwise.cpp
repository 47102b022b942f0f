//===- LowerElementwise.cpp - pointwise groups, concat and pad ----------------------------------------------------===//
#include "compiler/graph/State.h"
#include "compiler/loops/Strategy.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// The inputs that are read only where the result's element of the same offset is computed, in elements of one width.
SmallVector<Value> inPlaceInputs(KernelContext &context) {
  Value result = context.group.root->getResult(0);
  Indices indices = identityIndices(result.getType());
  AffineExpr own = flatOffset(result, indices);
  SmallVector<Access> accesses;
  if (!context.emitter.collect(result, indices, accesses))
    return {};
  auto extentsOf = [&](Value tensor) {
    return normalise(productOf(getExtents(tensor.getType()), tensor.getContext()));
  };
  SmallVector<Value> fitting;
  for (Value input : context.group.inputs) {
    Value storage = storageOf(input);
    bool fits =
        byteWidth(elementOf(storage)) == byteWidth(elementOf(result)) && extentsOf(storage) == extentsOf(result) &&
        llvm::all_of(accesses, [&](const Access &access) {
          return storageOf(access.value) != storage || (access.flat == own && beginOf(access.value) == beginOf(result));
        });
    if (fits && !llvm::is_contained(fitting, storage))
      fitting.push_back(storage);
  }
  return fitting;
}

/// How many bytes the widest elements that the group computes take in registers: 4 where they are wider, or where they
/// do not lie side by side along the innermost dimension.
unsigned registerBytes(const Group &group, ArrayRef<AffineExpr> extents, ArrayRef<Access> accesses) {
  unsigned bytes = 1;
  for (Operation *op : group.members)
    for (Type type : llvm::concat<Type>(llvm::to_vector(op->getOperandTypes()), llvm::to_vector(op->getResultTypes())))
      bytes = std::max(bytes, byteWidth(registerType(cast<RankedTensorType>(type).getElementType())));
  int64_t innermost = int64_t(extents.size()) - 1;
  while (innermost > 0 && isOne(extents[innermost]))
    --innermost;
  const bool isDense = !accesses.empty() && innermost >= 0 && llvm::all_of(accesses, [&](const Access &access) {
    auto step = coefficientOf(access.flat, innermost);
    return step && (constantOf(*step) == 0 || constantOf(*step) == 1);
  });
  return isDense ? std::min(bytes, 4u) : 4;
}

/// Whether elements change, not just their places.
bool computes(Operation *op) { return isElementwise(op) || isa<IotaOp>(op); }

/// Stores every element of `value` into `pointer` at the offset `place(indices)` gives.
void emitCopy(KernelContext &context, Value value, Value target, Value pointer,
              function_ref<AffineExpr(ArrayRef<AffineExpr>)> place) {
  Emitter &e = context.emitter;
  SmallVector<AffineExpr> extents = getExtents(value.getType());
  Indices probe = identityIndices(value.getType());
  SmallVector<Access> accesses;
  bool affine = e.collect(value, probe, accesses);
  accesses.push_back({target, place(probe)});
  if (!affine)
    accesses.clear(); // a gathered row lies anywhere
  Type element = elementOf(target);
  emitElementLoops(
      e, extents, accesses, /*vectorise=*/true,
      [&](ArrayRef<AffineExpr> indices, Lanes lanes) {
        e.forget();
        Value elements = e.evaluate(value, indices, lanes);
        e.store(elements, pointer, element, place(indices), lanes);
      },
      registerBytes(context.group, extents, accesses));
}

/// The state that a concatenation makes longer: its first input, whose next value is the result, where no other input
/// reads it.
Value grownState(KernelContext &context, ConcatOp concat) {
  BlockArgument state = stateOf(concat.getInputs().front());
  auto dispatch = cast<DispatchOp>(concat->getParentOp());
  if (!state || state.getOwner()->getParentOp() != dispatch->getParentOp() ||
      state.getType() != concat.getInputs().front().getType())
    return nullptr;
  auto entry = cast<func::FuncOp>(dispatch->getParentOp());
  auto next = entry.getArgAttrOfType<IntegerAttr>(state.getArgNumber(), stateAttribute);
  if (entry.getBody().front().getTerminator()->getOperand(next.getInt()) != dispatch.getResult(0))
    return nullptr;
  for (Value input : concat.getInputs().drop_front()) {
    SmallVector<Access> accesses;
    if (!context.emitter.collect(input, identityIndices(input.getType()), accesses) ||
        llvm::any_of(accesses, [&](const Access &access) { return storageOf(access.value) == state; }))
      return nullptr;
  }
  return state;
}

/// Moves the rows of the first input of a concatenation to their places in the result. The result may lie where the
/// input does: no row moves down, so that going from the last to the first overwrites none that is still needed.
void emitRowMoves(KernelContext &context, Value state, ConcatOp concat, Value target) {
  Emitter &e = context.emitter;
  Value source = context.pointer(state);
  const auto dim = size_t(concat.getDim());
  auto rowOf = [&](Type tensor) {
    return normalise(productOf(ArrayRef(getExtents(tensor)).drop_front(dim), e.getContext()));
  };
  const AffineExpr from = rowOf(state.getType()), to = rowOf(concat.getResult().getType()),
                   count = normalise(productOf(ArrayRef(getExtents(state.getType())).take_front(dim), e.getContext()));
  const Type element = memoryType(elementOf(state));
  Value byteLength = e.index(normalise(from * byteWidth(elementOf(state))));
  e.loop(count, [&](AffineExpr i) {
    const AffineExpr row = count - 1 - i;
    Value old = e.offsetPointer(source, row * from, element), moved = e.offsetPointer(target, row * to, element);
    e.when(LLVM::ICmpOp::create(e, LLVM::ICmpPredicate::ne, old, moved),
           [&] { LLVM::MemmoveOp::create(e, moved, old, byteLength, /*isVolatile=*/false); });
  });
}

/// An input of a concatenation and the row of the result at which it begins.
struct Part {
  Value input;
  AffineExpr start;
};

/// So many inputs are copied by one function: each has loops of its own, and what engines take to compile a function
/// grows with its loops times its locals, of which its parameters are some.
constexpr size_t partLimit = 16;

void emitParts(KernelContext &context, ArrayRef<Part> parts) {
  auto concat = cast<ConcatOp>(context.group.root);
  Value result = concat.getResult(), pointer = context.pointer(result);
  for (const Part &part : parts)
    emitCopy(context, part.input, result, pointer, [&](ArrayRef<AffineExpr> indices) {
      Indices at(indices);
      at[concat.getDim()] = at[concat.getDim()] + part.start;
      return flatOffset(result, at);
    });
}

/// Makes operands of the tensors in memory from which the parts are computed.
void placeSources(KernelContext &context, ArrayRef<Part> parts) {
  SetVector<Value> seen;
  for (const Part &part : parts)
    seen.insert(part.input);
  for (size_t at = 0; at < seen.size(); ++at)
    if (Operation *producer = seen[at].getDefiningOp(); producer && context.group.members.contains(producer))
      seen.insert(producer->operand_begin(), producer->operand_end());
    else
      context.pointer(seen[at]);
}

/// As `emitParts`, in a function of their own, which the kernel calls.
void emitPartsElsewhere(KernelContext &context, ArrayRef<Part> parts) {
  KernelContext inner(context.program, context.group);
  placeSources(inner, parts);
  emitParts(inner, parts);
  inner.record.strategy = "concat_part";
  const std::string callee = inner.finish();
  SmallVector<Value> pointers;
  for (const KernelOperand &operand : inner.operands)
    pointers.push_back(context.pointer(operand)); // copies need no scratch
  func::CallOp::create(context.emitter, callee, TypeRange(), pointers);
}

LogicalResult lowerElementwise(KernelContext &context) {
  if (isa<GatherOp>(context.group.root))
    context.record.strategy = "gather";
  else if (llvm::none_of(context.group.members, computes))
    context.record.strategy = "move";
  context.placeAll();
  Value result = context.group.root->getResult(0), pointer = context.pointer(result);
  // While its elements are computed the result is not yet a tensor in memory.
  context.emitter.place(result, Value());
  emitCopy(context, result, result, pointer, [&](ArrayRef<AffineExpr> indices) { return flatOffset(result, indices); });
  context.inPlace = inPlaceInputs(context);
  return success();
}

LogicalResult lowerConcat(KernelContext &context) {
  auto concat = cast<ConcatOp>(context.group.root);
  context.placeAll();
  Value pointer = context.pointer(concat.getResult());
  Value grown = grownState(context, concat);
  if (grown) {
    emitRowMoves(context, grown, concat, pointer);
    context.inPlace.push_back(grown);
  }
  SmallVector<Part> parts;
  AffineExpr start = context.emitter.constantIndex(0);
  for (Value input : concat.getInputs()) {
    parts.push_back({input, start});
    start = normalise(start + getExtents(input.getType())[concat.getDim()]);
  }
  const ArrayRef<Part> copied = ArrayRef(parts).drop_front(grown ? 1 : 0);
  if (copied.size() <= partLimit)
    emitParts(context, copied);
  else
    for (size_t at = 0; at < copied.size(); at += partLimit)
      emitPartsElsewhere(context, copied.drop_front(at).take_front(partLimit));
  return success();
}

LogicalResult lowerPad(KernelContext &context) {
  auto pad = cast<PadOp>(context.group.root);
  context.placeAll();
  Emitter &e = context.emitter;
  Value result = pad.getResult(), pointer = context.pointer(result);
  Type element = elementOf(result);
  // The value everywhere, then the input over it.
  SmallVector<AffineExpr> extents = getExtents(result.getType());
  Access whole{result, flatOffset(result, identityIndices(result.getType()))};
  Value fill = e.evaluate(pad.getValue(), {}, {});
  emitElementLoops(
      e, extents, whole, true,
      [&](ArrayRef<AffineExpr> indices, Lanes lanes) {
        e.forget();
        e.store(e.splat(fill, lanes.count), pointer, element, flatOffset(result, indices), lanes);
      },
      registerBytes(context.group, extents, whole));
  // Cropping (negative pads) without interior: only the part of the input that stays.
  SmallVector<AffineExpr> from, count;
  bool interleaved = llvm::any_of(pad.getInterior(), [](int64_t v) { return v != 0; });
  for (auto [extent, low, high] : llvm::zip(getExtents(pad.getInput().getType()), pad.getLow(), pad.getHigh())) {
    if (interleaved && (low < 0 || high < 0))
      return context.fail("interleaving and cropping at once; crop with a slice first");
    from.push_back(e.constantIndex(low < 0 ? -low : 0));
    count.push_back(normalise(extent + std::min<int64_t>(low, 0) + std::min<int64_t>(high, 0)));
  }
  auto place = [&](ArrayRef<AffineExpr> indices) {
    Indices at;
    for (auto [i, index] : llvm::enumerate(indices))
      at.push_back(index * (pad.getInterior()[i] + 1) + std::max<int64_t>(pad.getLow()[i], 0));
    return flatOffset(result, at);
  };
  auto source = [&](ArrayRef<AffineExpr> indices) {
    Indices at;
    for (auto [index, first] : llvm::zip(indices, from))
      at.push_back(index + first);
    return at;
  };
  Indices probe = identityIndices(pad.getInput().getType());
  SmallVector<Access> accesses;
  const bool isAffine = e.collect(pad.getInput(), source(probe), accesses);
  accesses.push_back({result, place(probe)});
  if (!isAffine)
    accesses.clear(); // a gathered row lies anywhere
  emitElementLoops(
      e, count, accesses, true,
      [&](ArrayRef<AffineExpr> indices, Lanes lanes) {
        e.forget();
        Value elements = e.evaluate(pad.getInput(), source(indices), lanes);
        e.store(elements, pointer, element, place(indices), lanes);
      },
      registerBytes(context.group, count, accesses));
  return success();
}

} // namespace

const Strategy strategies::elementwise{"elementwise", isOfKind<DispatchKind::Elementwise>, lowerElementwise};
const Strategy strategies::concat{"concat", isSingle<ConcatOp>, lowerConcat};
const Strategy strategies::pad{"pad", isSingle<PadOp>, lowerPad};

} // namespace wasmind::loops
