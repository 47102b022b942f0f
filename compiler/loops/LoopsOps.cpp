//===- LoopsOps.cpp -----------------------------------------------------------------------------------------------===//
#include "compiler/loops/LoopsOps.h"
#include "compiler/graph/Dimensions.h"
#include "compiler/loops/Access.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#include "compiler/loops/LoopsDialect.cpp.inc"
#include "compiler/loops/LoopsEnums.cpp.inc"
#define GET_OP_CLASSES
#include "compiler/loops/LoopsOps.cpp.inc"

namespace wasmind::loops {

void LoopsDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/loops/LoopsOps.cpp.inc"
      >();
}

Operation *DispatchOp::getRoot() {
  auto yield = cast<graph::YieldOp>(getBody().front().getTerminator());
  return yield.getValues().empty() ? yield->getPrevNode() : yield.getValues().front().getDefiningOp();
}

LogicalResult DispatchOp::verify() {
  Block &body = getBody().front();
  if (body.getArgumentTypes() != getInputs().getTypes())
    return emitOpError("the body's arguments must have the types of the inputs");
  auto yield = dyn_cast<graph::YieldOp>(body.getTerminator());
  if (!yield || yield.getOperandTypes() != getOutputs().getTypes())
    return emitOpError("the body must yield values of the results' types");
  Operation *root = getRoot();
  if (!root || !llvm::equal(root->getResults(), yield.getValues()))
    return emitOpError("the body must yield the results of one operation");
  for (Operation &op : body.without_terminator())
    if (!isa<graph::GraphDialect>(op.getDialect()) || isa<graph::LoopOp, graph::IfOp, graph::MeasureOp>(op))
      return emitOpError("a kernel cannot compute '") << op.getName() << "'";
  return success();
}

AffineExpr JoinOp::startOf(Value part) {
  AffineExpr start = getAffineConstantExpr(0, getContext());
  for (Value before : getParts()) {
    if (before == part)
      break;
    start = start + graph::getExtents(before.getType())[getDim()];
  }
  return graph::normalise(start);
}

LogicalResult JoinOp::verify() {
  SmallVector<AffineExpr> extents = graph::getExtents(getResult().getType());
  if (getParts().empty() || getDim() >= extents.size())
    return emitOpError("needs a part, and one of the result's dimensions");
  AffineExpr sum = getAffineConstantExpr(0, getContext());
  for (Value part : getParts()) {
    SmallVector<AffineExpr> own = graph::getExtents(part.getType());
    if (own.size() != extents.size())
      return emitOpError("the parts must have the rank of the result");
    sum = sum + std::exchange(own[getDim()], extents[getDim()]);
    if (own != extents || cast<ShapedType>(part.getType()).getElementType() != getResult().getType().getElementType())
      return emitOpError("the parts must be like the result but for the extent along the dimension");
    Operation *producer = part.getDefiningOp();
    if (auto reshape = dyn_cast_or_null<graph::ReshapeOp>(producer)) {
      if (!part.hasOneUse() || !reshape.getInput().hasOneUse() ||
          !mergedIndices(reshape, identityIndices(reshape.getInput().getType())))
        return emitOpError("a part that is a reshape merges dimensions, of what nothing else reads");
      producer = reshape.getInput().getDefiningOp();
    }
    if (!producer || producer->getBlock() != (*this)->getBlock() || isa<graph::ReshapeOp, graph::ConstantOp>(producer))
      return emitOpError("a part must be computed in the join's block");
    if (llvm::count_if(part.getUses(), [](OpOperand &use) { return isa<JoinOp>(use.getOwner()); }) != 1)
      return emitOpError("a value is part of one join, once");
  }
  if (graph::normalise(sum) != extents[getDim()])
    return emitOpError("the parts' extents must add up to the result's");
  return success();
}

LogicalResult ViewOp::verify() { return getFirstByte() < 0 ? emitOpError("begins ahead of its memory") : success(); }

LogicalResult PrepareOp::verify() {
  return getSource().getDefiningOp<graph::ConstantOp>() ? success() : emitOpError("is made of a constant");
}

LogicalResult KernelCallOp::verify() {
  for (ArrayRef<int32_t> positions : {getWrites(), getInPlace()})
    for (int32_t position : positions)
      if (position < 0 || position >= int64_t(getOperands().size()))
        return emitOpError("has no operand ") << position;
  if (!getInPlace().empty() && getWrites().size() != 1)
    return emitOpError("can take the place of an operand with one result only");
  return success();
}

} // namespace wasmind::loops
