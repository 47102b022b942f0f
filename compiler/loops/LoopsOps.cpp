//===- LoopsOps.cpp -----------------------------------------------------------------------------------------------===//
#include "compiler/loops/LoopsOps.h"
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

} // namespace wasmind::loops
