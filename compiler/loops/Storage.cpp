//===- Storage.cpp ------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Storage.h"
#include "compiler/graph/State.h"
#include "compiler/loops/LoopsOps.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

/// For what a dispatch reads or computes, the value outside of it.
Value outside(Value value) {
  for (;;) {
    auto dispatch = dyn_cast_or_null<DispatchOp>(value.getParentBlock()->getParentOp());
    if (!dispatch)
      return value;
    if (auto argument = dyn_cast<BlockArgument>(value))
      value = dispatch.getInputs()[argument.getArgNumber()];
    else if (value.getDefiningOp() == dispatch.getRoot())
      value = dispatch.getResult(cast<OpResult>(value).getResultNumber());
    else
      return value;
  }
}

/// What a loop carries and an iteration scatters to, before it does: the result lies there where nothing else reads it.
Value scatteredTo(Value value) {
  auto dispatch = value.getDefiningOp<DispatchOp>();
  auto loop = dispatch ? dyn_cast<LoopOp>(dispatch->getParentOp()) : LoopOp();
  auto scatter = loop ? dyn_cast<ScatterOp>(dispatch.getRoot()) : ScatterOp();
  auto data = scatter ? dyn_cast<BlockArgument>(scatter.getData()) : BlockArgument();
  if (!data || !value.hasOneUse() || !data.hasOneUse())
    return nullptr;
  auto carried = dyn_cast<BlockArgument>(dispatch.getInputs()[data.getArgNumber()]);
  OpOperand &use = *value.use_begin();
  const bool isCarriedOn = carried && carried.getOwner()->getParentOp() == loop && carried.hasOneUse() &&
                           isa<YieldOp>(use.getOwner()) && use.getOperandNumber() == carried.getArgNumber();
  return isCarriedOn ? carried : Value();
}

JoinOp joinOf(Value value) {
  for (Operation *user : value.getUsers())
    if (auto join = dyn_cast<JoinOp>(user))
      return join;
  return nullptr;
}

/// The reshape that is all that reads the value, and a part of a join.
ReshapeOp joinedReshape(Value value) {
  auto reshape = value.hasOneUse() ? dyn_cast<ReshapeOp>(*value.user_begin()) : ReshapeOp();
  return reshape && joinOf(reshape.getResult()) ? reshape : ReshapeOp();
}

} // namespace

Value storageOf(Value value) {
  for (;;) {
    value = outside(value);
    if (JoinOp join = joinOf(value)) {
      value = join.getResult();
      continue;
    }
    if (ReshapeOp reshape = joinedReshape(value)) {
      value = reshape.getResult();
      continue;
    }
    if (auto reshape = value.getDefiningOp<ReshapeOp>()) {
      value = reshape.getInput();
      continue;
    }
    if (Value carried = scatteredTo(value)) {
      value = carried;
      continue;
    }
    auto argument = dyn_cast<BlockArgument>(value);
    auto loop = argument ? dyn_cast_or_null<LoopOp>(argument.getOwner()->getParentOp()) : LoopOp();
    if (!loop || argument.getArgNumber() == 0)
      return value;
    value = loop.getResult(argument.getArgNumber() - 1);
  }
}

BlockArgument stateOf(Value value) {
  auto argument = dyn_cast<BlockArgument>(storageOf(value));
  auto entry = argument ? dyn_cast_or_null<func::FuncOp>(argument.getOwner()->getParentOp()) : func::FuncOp();
  return entry && entry.getArgAttr(argument.getArgNumber(), stateAttribute) ? argument : BlockArgument();
}

/// From the first element of the storage.
static AffineExpr wholeOffset(Value tensor, ArrayRef<AffineExpr> indices) {
  tensor = outside(tensor);
  Indices at(indices);
  if (ReshapeOp reshape = joinedReshape(tensor)) {
    at = *mergedIndices(reshape, indices);
    tensor = reshape.getResult();
  }
  JoinOp join = joinOf(tensor);
  if (!join)
    return flatOffset(tensor.getType(), at);
  at[join.getDim()] = at[join.getDim()] + join.startOf(tensor);
  return wholeOffset(join.getResult(), at);
}

int64_t beginOf(Value tensor) {
  const Indices zeros(cast<RankedTensorType>(tensor.getType()).getRank(),
                      getAffineConstantExpr(0, tensor.getContext()));
  return constantOf(wholeOffset(tensor, zeros)).value_or(0);
}

AffineExpr flatOffset(Value tensor, ArrayRef<AffineExpr> indices) {
  return normalise(wholeOffset(tensor, indices) - beginOf(tensor));
}

} // namespace wasmind::loops
