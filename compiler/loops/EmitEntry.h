//===- EmitEntry.h - the function that does the steps of a run in order -------------------------------------------===//
#pragma once
#include "compiler/loops/Plan.h"

namespace wasmind::loops {

class Checks;

/// `run`, which does the steps of a model at the addresses of the plan; with Options::profile also `run_steps`.
void emitEntry(Kernels &kernels, mlir::func::FuncOp entry, llvm::ArrayRef<KernelCall> calls, const Program &program,
               const MemoryPlan &plan, const Checks &checks);

/// The function `name` of an operator's object, whose operands its caller and the workspace hold.
void emitOperatorEntry(Kernels &kernels, mlir::func::FuncOp entry, llvm::ArrayRef<KernelCall> calls,
                       llvm::StringRef name);

} // namespace wasmind::loops
