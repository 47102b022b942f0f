//===- Plan.h - where everything lies in memory -----------------------------------------------------------------------===//
//
//   base: extents | inputs | outputs | arena (intermediate tensors and scratch) | weights
//
// Intermediate tensors share the arena by liveness: two overlap only when no kernel runs between the first write of one
// and the last read of the other. Inputs and outputs keep memory of their own, so inputs survive a run.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Kernel.h"

namespace wasmind::loops {

/// One call of the program, in order.
struct KernelCall {
  std::string callee;
  std::vector<KernelOperand> operands;
  llvm::SmallVector<mlir::Value> outputs;
  llvm::SmallVector<uint32_t> scratch; ///< addresses of the scratch operands, in order; filled by the plan
};

class MemoryPlan {
public:
  MemoryPlan(Kernels &kernels, Program &program) : kernels(kernels), program(program) {}

  /// Decides all addresses and fills the program's slots, extents, ranges and segments.
  mlir::LogicalResult run(mlir::func::FuncOp entry, std::vector<KernelCall> &calls);
  uint32_t addressOf(const KernelOperand &operand, const KernelCall &call) const;

private:
  Kernels &kernels;
  Program &program;
  llvm::DenseMap<mlir::Value, uint32_t> addresses;
  uint32_t weightsBase = 0;

  mlir::FailureOr<uint64_t> byteLengthOf(mlir::Value tensor, mlir::Location location);
  void declareExtents(mlir::func::FuncOp entry);
};

} // namespace wasmind::loops
