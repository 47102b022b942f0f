//===- LowerDispatches.h - dispatches to kernels and the steps that call them -------------------------------------===//
#pragma once
#include "compiler/loops/Plan.h"

namespace wasmind::loops {

class Checks;

/// What the body of a function of dispatches became: its steps in order, and a record of each kernel.
struct Lowered {
  std::vector<KernelCall> calls;
  std::vector<KernelRecord> records;
};

/// Failure has been reported as a diagnostic. `checks`: what the steps must find out about extents; null for none.
mlir::FailureOr<Lowered> lowerDispatches(Kernels &kernels, mlir::func::FuncOp entry, const Checks *checks);

} // namespace wasmind::loops
