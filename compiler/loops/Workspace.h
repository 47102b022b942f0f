//===- Workspace.h - where an operator's operands lie -------------------------------------------------------------===//
//
// An operator plans no memory: inputs and outputs come from its caller, constants are globals of its object, and
// intermediate tensors and scratch lie side by side in one block of workspace, whose size follows from the actual
// extents.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Plan.h"

namespace wasmind::loops {

class Workspace {
public:
  /// `e` builds the entry, whose argument is the array of operands.
  Workspace(Kernels &kernels, Emitter &e, mlir::func::FuncOp entry, llvm::ArrayRef<KernelCall> calls)
      : kernels(kernels), e(e), entry(entry), calls(calls) {}

  /// Emits the allocation; returns whether (i1) there was room.
  mlir::Value allocate();
  void release();
  mlir::Value pointerOf(const KernelOperand &operand, const KernelCall &call) const;

private:
  Kernels &kernels;
  Emitter &e;
  mlir::func::FuncOp entry;
  llvm::ArrayRef<KernelCall> calls;
  mlir::Value block; ///< null: nothing is needed
  llvm::DenseMap<mlir::Value, mlir::Value> tensors;
  llvm::DenseMap<const KernelOperand *, mlir::Value> scratch;
  llvm::DenseMap<uint32_t, mlir::Value> constants; ///< by offset in the weights image

  void placeConstants();
};

} // namespace wasmind::loops
