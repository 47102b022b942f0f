//===- Steps.h - what each step of a run does, for reports --------------------------------------------------------===//
#pragma once
#include "compiler/loops/Plan.h"

namespace wasmind::loops {

/// Of a call of the group's kernel.
abi::Step stepOf(const Kernels &kernels, const Group &group, const KernelRecord &record);
/// Of a copy of a whole tensor.
abi::Step copyStep(const Kernels &kernels, mlir::Location location, mlir::RankedTensorType tensor);
/// Of a step that is about extents or control flow.
abi::Step plainStep(llvm::StringRef kind, std::optional<mlir::Location> location = {});
/// Of what the first run does with weights.
abi::Step prepareStep(const Kernels &kernels);

/// Where the bracket that opens at `begin`, none inside of it, has its End or Else.
size_t closing(llvm::ArrayRef<KernelCall> calls, size_t begin, KernelCall::Form form);
/// The position behind the step at `at`, with all that is inside where it is a bracket.
size_t after(llvm::ArrayRef<KernelCall> calls, size_t at);

/// What the steps of a run do, each bracket as one.
std::vector<abi::Step> stepsOf(llvm::ArrayRef<KernelCall> calls);

} // namespace wasmind::loops
