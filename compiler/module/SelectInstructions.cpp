#include "compiler/module/SelectInstructions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/IntrinsicsWebAssembly.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace wasmind::module {
namespace {

/// The optimiser merges address computations and keeps only the flags both had. All addresses lie in the one linear
/// memory, so adding something non-negative to one never wraps.
void setAddressFlags(GetElementPtrInst &gep, const SimplifyQuery &query) {
  if (gep.getType()->isVectorTy())
    return;
  if (all_of(gep.indices(), [&](Value *index) { return isKnownNonNegative(index, query); }))
    gep.setNoWrapFlags(gep.getNoWrapFlags() | GEPNoWrapFlags::inBounds() | GEPNoWrapFlags::noUnsignedWrap());
}

/// Lanes of a 128-bit register of this element type; 0 if `type` is no vector of f32 or f64 made of whole registers.
unsigned lanesPerRegister(Type *type) {
  auto *vector = dyn_cast<FixedVectorType>(type);
  if (!vector)
    return 0;
  Type *element = vector->getElementType();
  unsigned lanes = element->isFloatTy() ? 4 : element->isDoubleTy() ? 2 : 0;
  return lanes && vector->getNumElements() % lanes == 0 ? lanes : 0;
}

/// Applies `make` to each register of `operands` (all of one vector type) and joins the results.
Value *perRegister(IRBuilder<> &builder, ArrayRef<Value *> operands,
                   function_ref<Value *(ArrayRef<Value *> parts)> make) {
  Type *type = operands.front()->getType();
  int lanes = lanesPerRegister(type), count = cast<FixedVectorType>(type)->getNumElements();
  if (count == lanes)
    return make(operands);
  SmallVector<Value *> results;
  for (int first = 0; first < count; first += lanes) {
    auto mask = to_vector(seq<int>(first, first + lanes));
    auto parts = map_to_vector(operands, [&](Value *operand) { return builder.CreateShuffleVector(operand, mask); });
    results.push_back(make(parts));
  }
  return concatenateVectors(builder, results);
}

/// The replacement of a select that is a minimum or maximum, or null.
Value *minimumOrMaximum(SelectInst &select) {
  auto *compare = dyn_cast<FCmpInst>(select.getCondition());
  if (!compare || !lanesPerRegister(select.getType()))
    return nullptr;
  // To the form x < y ? whenTrue : whenFalse.
  auto predicate = compare->getPredicate();
  Value *x = compare->getOperand(0), *y = compare->getOperand(1);
  Value *whenTrue = select.getTrueValue(), *whenFalse = select.getFalseValue();
  if (predicate == CmpInst::FCMP_UGE || predicate == CmpInst::FCMP_ULE) {
    predicate = CmpInst::getInversePredicate(predicate);
    std::swap(whenTrue, whenFalse);
  }
  if (predicate == CmpInst::FCMP_OGT) {
    predicate = CmpInst::FCMP_OLT;
    std::swap(x, y);
  }
  if (predicate != CmpInst::FCMP_OLT)
    return nullptr;
  Intrinsic::ID id;
  SmallVector<Value *, 2> operands;
  if (whenTrue == y && whenFalse == x) { // pmax(a, b) = a < b ? b : a
    id = Intrinsic::wasm_pmax;
    operands = {x, y};
  } else if (whenTrue == x && whenFalse == y) { // pmin(a, b) = b < a ? b : a
    id = Intrinsic::wasm_pmin;
    operands = {y, x};
  } else {
    return nullptr;
  }
  IRBuilder<> builder(&select);
  return perRegister(builder, operands, [&](ArrayRef<Value *> parts) {
    return builder.CreateIntrinsic(id, {parts[0]->getType()}, parts);
  });
}

/// The replacement of an fmuladd that needs several registers, or null.
Value *cutMultiplyAdd(IntrinsicInst &call) {
  unsigned lanes = lanesPerRegister(call.getType());
  if (call.getIntrinsicID() != Intrinsic::fmuladd || !lanes ||
      cast<FixedVectorType>(call.getType())->getNumElements() == lanes)
    return nullptr;
  IRBuilder<> builder(&call);
  builder.setFastMathFlags(call.getFastMathFlags());
  return perRegister(builder, {call.getArgOperand(0), call.getArgOperand(1), call.getArgOperand(2)},
                     [&](ArrayRef<Value *> parts) {
                       return builder.CreateIntrinsic(Intrinsic::fmuladd, {parts[0]->getType()}, parts);
                     });
}

/// Integers of 8 and 16 bits become floats by way of i32; LLVM forgot that and would go lane by lane. Null for others.
Value *convertByWayOfI32(CastInst &cast) {
  bool isSigned = isa<SIToFPInst>(cast);
  if (!lanesPerRegister(cast.getType()) || (!isSigned && !isa<UIToFPInst>(cast)) ||
      cast.getSrcTy()->getScalarSizeInBits() >= 32)
    return nullptr;
  IRBuilder<> builder(&cast);
  Type *wide = cast.getType()->getWithNewType(builder.getInt32Ty());
  Value *widened =
      isSigned ? builder.CreateSExt(cast.getOperand(0), wide) : builder.CreateZExt(cast.getOperand(0), wide);
  return builder.CreateSIToFP(widened, cast.getType());
}

} // namespace

void selectInstructions(Module &module) {
  SimplifyQuery query(module.getDataLayout());
  for (Function &function : module)
    for (Instruction &instruction : make_early_inc_range(instructions(function))) {
      Value *better = nullptr;
      if (auto *gep = dyn_cast<GetElementPtrInst>(&instruction))
        setAddressFlags(*gep, query);
      else if (auto *select = dyn_cast<SelectInst>(&instruction))
        better = minimumOrMaximum(*select);
      else if (auto *call = dyn_cast<IntrinsicInst>(&instruction))
        better = cutMultiplyAdd(*call);
      else if (auto *cast = dyn_cast<CastInst>(&instruction))
        better = convertByWayOfI32(*cast);
      if (!better)
        continue;
      instruction.replaceAllUsesWith(better);
      instruction.eraseFromParent();
    }
}

} // namespace wasmind::module
