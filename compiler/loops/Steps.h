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

/// What the steps of a run do, each bracket as one. `after(at)` is the position behind the step at `at`.
std::vector<abi::Step> stepsOf(llvm::ArrayRef<KernelCall> calls, llvm::function_ref<size_t(size_t)> after);

} // namespace wasmind::loops
