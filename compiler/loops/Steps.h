//===- Steps.h - the steps of a schedule, and what each does, for reports -----------------------------------------===//
#pragma once
#include "compiler/loops/Kernel.h"

namespace wasmind::loops {

/// What a step does, as the attribute that it carries; its nodes stand in the location.
void describe(mlir::Operation *step, const abi::Step &description);
/// Of a call of the group's kernel.
abi::Step callStep(const Group &group, const KernelRecord &record, const graph::Dims &dims);
/// Of a copy of a whole tensor.
abi::Step copyStep(mlir::RankedTensorType tensor, const graph::Dims &dims);

/// Whether a function has steps and memory only.
bool isSchedule(mlir::func::FuncOp entry);
/// What a step does, and with which nodes of the model.
abi::Step stepOf(mlir::Operation *step);
/// The steps in a block, in order.
llvm::SmallVector<mlir::Operation *> stepsIn(mlir::Block &block);
/// What the steps of a run do, each loop and branch as one. `withPreparations`: of what the first run does, too.
std::vector<abi::Step> stepsOf(mlir::func::FuncOp schedule, bool withPreparations);
/// The kernels that a schedule calls, those of another shape apart.
std::vector<KernelRecord> kernelsOf(mlir::func::FuncOp schedule);

/// The memory that a value of a schedule is a view of, or itself.
mlir::Value memoryOf(mlir::Value value);

} // namespace wasmind::loops
