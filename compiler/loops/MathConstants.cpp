// Vector constants of loops, kept in locals.
//
// V8 builds a v128.const anew at each use inside a loop, in three or four instructions; a local that LLVM cannot see
// through stays in a register (or is reloaded in one). Half the time of exp, tanh and erf went into their constants.
#include "compiler/loops/Math.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;

namespace wasmind::loops {
namespace {
/// Whether LLVM selects the same instructions for a variable operand. Not so for shifts, products and divisions of
/// integers, shuffles.
bool takesVariables(Operation *user) {
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp, arith::CmpFOp, arith::SelectOp, vector::FMAOp,
             arith::AddIOp, arith::SubIOp, arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::CmpIOp>(user);
}

/// A whole 128-bit register; zero is as cheap as a local.
bool isWorthALocal(arith::ConstantOp constant) {
  auto type = dyn_cast<VectorType>(constant.getType());
  if (!type || type.getRank() != 1 || !type.getElementType().isIntOrFloat() ||
      type.getNumElements() * type.getElementTypeBitWidth() != 128)
    return false;
  return !matchPattern(constant.getResult(), m_Zero()) && !matchPattern(constant.getResult(), m_AnyZeroFloat());
}

Operation *outermostLoop(Operation *op) {
  Operation *outermost = nullptr;
  for (Operation *parent = op->getParentOp(); parent; parent = parent->getParentOp())
    if (isa<LoopLikeOpInterface>(parent))
      outermost = parent;
  return outermost;
}
} // namespace

void keepConstantsInLocals(func::FuncOp function) {
  SmallVector<OpOperand *> uses;
  function.walk([&](arith::ConstantOp constant) {
    if (isWorthALocal(constant))
      for (OpOperand &use : constant->getUses())
        if (takesVariables(use.getOwner()))
          uses.push_back(&use);
  });
  DenseMap<std::pair<Operation *, Attribute>, Value> locals;
  for (OpOperand *use : uses) {
    Operation *loop = outermostLoop(use->getOwner());
    if (!loop)
      continue;
    auto constant = cast<arith::ConstantOp>(use->get().getDefiningOp());
    Value &local = locals[{loop, constant.getValue()}];
    if (!local) {
      OpBuilder builder(loop);
      Value copy = arith::ConstantOp::create(builder, constant.getLoc(), constant.getValue());
      local = LLVM::InlineAsmOp::create(builder, constant.getLoc(), TypeRange(copy.getType()), ValueRange(copy), "",
                                        "=r,0", /*has_side_effects=*/false, /*is_align_stack=*/false,
                                        LLVM::TailCallKind::None, LLVM::AsmDialectAttr(), ArrayAttr())
                  .getResult(0);
    }
    use->set(local);
  }
}

} // namespace wasmind::loops
